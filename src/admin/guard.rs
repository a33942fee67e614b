//! What every request passes: who asks, and may they.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, RawPathParams, Request, State};
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response as HttpResponse, StatusCode, Uri, header,
};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use console::Language;
use engine::ports::StoreError;
use payment::StoreId;
use store::{People, Session, User};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use tracing::{error, warn};

use crate::failure::{Failure, Untold, tell};
use crate::rights::{Reach, Row, Who, row_of};
use crate::session;
use crate::state::Admin;
use crate::words::Words;

/// Scripts and styles only from here, nothing inline, no frames around.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// A browser that sends no origin with a form would be taken for a cross-site one: pages of ours may name themselves to us.
const REFERRER: &str = "same-origin";

/// Where a request comes from, before anybody knows whose it is.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The address, as text.
    pub(crate) from: String,
    /// What the browser calls itself.
    pub(crate) browser: String,
    /// Whether it came by TLS, as the proxy in front says.
    pub(crate) is_by_tls: bool,
    /// The language that the user has chosen; of somebody who is not known, the one that the browser asks for.
    pub(crate) language: Language,
    /// The path that is asked for.
    pub(crate) path: String,
    /// The key of what was just done, for the page that comes after it.
    pub(crate) done: Option<String>,
}

/// Who asks: somebody who is signed in and may.
#[derive(Debug, Clone)]
pub(crate) struct Asker {
    pub(crate) user: User,
    pub(crate) session: Session,
    /// The address.
    pub(crate) from: String,
    pub(crate) caller: Caller,
    /// The stores that this page may show them.
    pub(crate) reach: Reach,
}

impl Asker {
    /// The words of their language.
    pub(crate) fn words(&self) -> Words {
        Words::of(self.caller.language)
    }

    /// Whether they may use another route, about a store or about none: for links and buttons.
    pub(crate) fn may(&self, method: &str, path: &str, store: Option<&StoreId>) -> bool {
        row_of(method, path).is_some_and(|row| row.lets(&self.user, store))
    }
}

impl Caller {
    fn of(headers: &HeaderMap, uri: &Uri, peer: Option<SocketAddr>) -> Self {
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let mut done = uri.query().into_iter().flat_map(|query| query.split('&'));
        let done = done.find_map(|part| part.strip_prefix("done="));
        let is_key = |done: &&str| {
            done.len() < 40 && done.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        Self {
            from: address(headers, peer),
            browser: text(header::USER_AGENT).unwrap_or_default().to_owned(),
            is_by_tls: headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https"),
            language: accepted(headers),
            path: uri.path().to_owned(),
            done: done.filter(is_key).map(str::to_owned),
        }
    }
}

/// The browser's address. What a header says of it is believed only from a proxy on this machine: anybody else could write
/// what they like, and so have a new address for each guess of a password.
fn address(headers: &HeaderMap, peer: Option<SocketAddr>) -> String {
    let Some(peer) = peer else { return "unknown".to_owned() };
    let told = headers.get("x-forwarded-for").and_then(|told| told.to_str().ok());
    let told =
        told.and_then(|told| told.rsplit(',').next()).and_then(|told| told.trim().parse::<IpAddr>().ok());
    match told {
        Some(told) if peer.ip().is_loopback() => told.to_string(),
        _ => peer.ip().to_string(),
    }
}

/// What becomes of a request.
enum Verdict {
    Pass,
    SignIn,
    Code,
    ChangePassword,
    SetUpSecondFactor,
    Deny,
}

/// Lets a request through with its [`Asker`], or sends it where it belongs.
pub(crate) async fn guard(
    State(admin): State<Arc<Admin>>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let mut caller = Caller::of(request.headers(), request.uri(), peer);
    let response = match admit(&admin, &params, &mut request, &mut caller).await {
        Ok(Verdict::Pass) => next.run(request).await,
        Ok(verdict) => send_away(&verdict, &caller, request.method()),
        Err(error) => {
            warn!(%error, "who asks can't be found out");
            Failure::Store(error).into_response()
        }
    };
    let mut response = tell(response, &Words::of(caller.language));
    let headers = response.headers_mut();
    let fixed = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, REFERRER),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if caller.is_by_tls {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    response
}

async fn admit(
    admin: &Admin,
    params: &RawPathParams,
    request: &mut Request,
    caller: &mut Caller,
) -> Result<Verdict, StoreError> {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let row = path.as_deref().and_then(|path| row_of(request.method().as_str(), path));
    let Some(row) = row else {
        error!(method = %request.method(), path, "a route without a row in the table of rights");
        return Ok(Verdict::Deny);
    };
    if row.who == Who::Anyone {
        request.extensions_mut().insert(caller.clone());
        return Ok(Verdict::Pass);
    }
    let Some((user, session)) = who_asks(admin, request.headers()).await? else { return Ok(Verdict::SignIn) };
    if let Some(chosen) = user.body.language.as_deref().and_then(Language::parse) {
        caller.language = chosen;
    }
    request.extensions_mut().insert(caller.clone());
    let Ok(store) = about(params) else { return Ok(Verdict::Deny) };
    let verdict = judge(row, &user, &session, store.as_ref());
    if matches!(verdict, Verdict::Pass) {
        keep_seen(admin, &session).await;
        let reach = row.reach(&user);
        let (from, caller) = (caller.from.clone(), caller.clone());
        request.extensions_mut().insert(Asker { user, session, from, caller, reach });
    }
    Ok(verdict)
}

/// The session of a request and its user, unless they are kept out.
async fn who_asks(admin: &Admin, headers: &HeaderMap) -> Result<Option<(User, Session)>, StoreError> {
    let Some(hash) = session::token_hash(headers) else { return Ok(None) };
    let Some(session) = admin.db.session(&hash, admin.now()).await? else { return Ok(None) };
    let user = admin.db.user(&session.user).await?;
    Ok(user.filter(|user| !user.body.is_blocked).map(|user| (user, session)))
}

/// The store that the path names, if it names one.
fn about(params: &RawPathParams) -> Result<Option<StoreId>, ()> {
    let named = params.iter().find(|(name, _)| *name == "store");
    named.map(|(_, store)| StoreId::parse(store).map_err(|_| ())).transpose()
}

#[expect(clippy::match_same_arms, reason = "each rule stands by itself, in the order in which it holds")]
fn judge(row: &Row, user: &User, session: &Session, store: Option<&StoreId>) -> Verdict {
    let is_way_out = row.path == "/admin/sign-out";
    match row.who {
        Who::Anyone => Verdict::Pass,
        Who::HalfWay if session.body.is_whole => Verdict::Deny,
        Who::HalfWay => Verdict::Pass,
        _ if !session.body.is_whole && !is_way_out => Verdict::Code,
        Who::Oneself => Verdict::Pass,
        Who::Roles(_) if user.body.must_change_password => Verdict::ChangePassword,
        Who::Roles(_) if user.needs_second_factor() && user.body.second_factor.is_none() => {
            Verdict::SetUpSecondFactor
        }
        Who::Roles(_) if row.lets(user, store) => Verdict::Pass,
        Who::Roles(_) => Verdict::Deny,
    }
}

async fn keep_seen(admin: &Admin, session: &Session) {
    let Some(edit) = session::seen(session, admin.now()) else { return };
    if let Err(error) = admin.db.change_people(vec![edit], vec![]).await {
        warn!(%error, "that a session was used could not be kept");
    }
}

fn send_away(verdict: &Verdict, caller: &Caller, method: &Method) -> Response {
    let is_page = method == Method::GET || method == Method::HEAD;
    match verdict {
        Verdict::SignIn if is_page => {
            Redirect::to(&format!("/admin/sign-in?next={}", caller.path)).into_response()
        }
        Verdict::SignIn => Redirect::to("/admin/sign-in?done=session-over").into_response(),
        Verdict::Code => Redirect::to("/admin/sign-in/code").into_response(),
        Verdict::ChangePassword => Redirect::to("/admin/me/password").into_response(),
        Verdict::SetUpSecondFactor => Redirect::to("/admin/me/second-factor").into_response(),
        Verdict::Deny | Verdict::Pass => DENIED.into_response(),
    }
}

/// They may not.
const DENIED: Untold = Untold { status: StatusCode::FORBIDDEN, about: "denied" };
const CROSS_SITE: Untold = Untold { status: StatusCode::FORBIDDEN, about: "cross-site" };

/// Forms of other sites change nothing.
pub(crate) fn same_site_only() -> CsrfLayer<impl Fn(ProtectionError) -> HttpResponse<axum::body::Body> + Clone>
{
    CsrfLayer::new().with_rejection_response(|_| CROSS_SITE.into_response())
}

/// Tells what was refused before anybody knew who asks, in the language that the browser asks for.
pub(crate) async fn in_their_language(request: Request, next: Next) -> Response {
    let language = accepted(request.headers());
    tell(next.run(request).await, &Words::of(language))
}

/// The language that the browser asks for.
fn accepted(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    accepted.and_then(Language::accepted).unwrap_or_default()
}

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _state: &S,
    ) -> Result<Self, Self::Rejection> {
        let asker = parts.extensions.get::<Self>().cloned();
        asker.ok_or_else(|| DENIED.into_response())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        _state: &S,
    ) -> Result<Self, Self::Rejection> {
        let caller = parts.extensions.get::<Self>().cloned();
        caller.ok_or_else(|| DENIED.into_response())
    }
}
