//! Sessions: how they begin, how long they last, the cookie that holds the token.

use std::time::Duration;

use axum::http::HeaderMap;
use axum_extra::extract::CookieJar;
use axum_extra::extract::cookie::{Cookie, SameSite};
use engine::ports::StoreError;
use payment::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use store::{PeopleEdit, Session, SessionBody, User, fresh_key, hash_of_key};

use crate::guard::Caller;

const COOKIE: &str = "admin";
/// A session that is not used ends.
const IDLE: Duration = Duration::from_hours(1);
/// Every session ends.
const LONGEST: Duration = Duration::from_hours(12);
/// After the password, so long for the code.
const HALF_WAY: Duration = Duration::from_mins(5);
/// How exactly it is kept when a session was last used: not every request is worth a write.
const SEEN_EVERY: Duration = Duration::from_mins(1);
const LONGEST_BROWSER_CHARS: usize = 120;
const LONGEST_TOKEN: usize = 64;

/// A session that begins, with its token: always a new one, so a token that somebody planted is worth nothing.
pub(crate) fn begin(
    user: &User,
    caller: &Caller,
    is_whole: bool,
    now: Timestamp,
) -> Result<(SecretString, PeopleEdit), StoreError> {
    let token = fresh_key()?;
    let session = Session {
        token_sha256: hash_of_key(&token),
        user: user.id.clone(),
        seen_at: now,
        ends_at: now.plus(if is_whole { IDLE } else { HALF_WAY }),
        body: SessionBody {
            begun_at: now,
            from: caller.from.clone(),
            browser: caller.browser.chars().take(LONGEST_BROWSER_CHARS).collect(),
            is_whole,
        },
    };
    Ok((token, PeopleEdit::BeginSession(Box::new(session))))
}

/// That a session was used, if that is worth keeping.
pub(crate) fn seen(session: &Session, now: Timestamp) -> Option<PeopleEdit> {
    if !session.body.is_whole || now.since(session.seen_at) < SEEN_EVERY {
        return None;
    }
    let end = now.plus(IDLE).min(session.body.begun_at.plus(LONGEST));
    Some(PeopleEdit::SeeSession(session.token_sha256.clone(), now, end))
}

/// The cookie: scripts can't read it, other sites can't send it along with what changes anything.
pub(crate) fn cookie(token: &SecretString, is_by_tls: bool) -> Cookie<'static> {
    Cookie::build((COOKIE, token.expose_secret().to_owned()))
        .path("/admin")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_by_tls)
        .build()
}

/// The cookie that takes the cookie away.
pub(crate) fn no_cookie() -> Cookie<'static> {
    Cookie::build(COOKIE).path("/admin").build()
}

/// The hash of the token that a request bears.
pub(crate) fn token_hash(headers: &HeaderMap) -> Option<String> {
    let jar = CookieJar::from_headers(headers);
    let token = jar.get(COOKIE)?.value();
    (!token.is_empty() && token.len() <= LONGEST_TOKEN).then(|| hash_of_key(&SecretString::from(token)))
}
