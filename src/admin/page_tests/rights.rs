//! Every page and call × every role × own and other store: written down here a second time, by hand.

use std::collections::BTreeSet;

use axum::http::Method;
use store::{Grant, Role};

use super::kit::{Browser, World, shop};
use crate::rights::TABLE;
use crate::routes;

/// Who must be let in. Letters of roles as in `rights.rs`; `everybody` means also those who are not signed in, `half` who has given
/// a password only, `oneself` everybody who is signed in.
#[rustfmt::skip]
const WANTED: &[(&str, &str, &str)] = &[
    ("GET",  "/admin/assets/{name}", "everybody"),
    ("GET",  "/admin/setup/{token}", "everybody"),
    ("POST", "/admin/setup/{token}", "everybody"),
    ("GET",  "/admin/sign-in", "everybody"),
    ("POST", "/admin/sign-in", "everybody"),
    ("GET",  "/admin/sign-in/code", "half"),
    ("POST", "/admin/sign-in/code", "half"),
    ("POST", "/admin/sign-out", "oneself"),
    ("GET",  "/admin/me", "oneself"),
    ("POST", "/admin/me/language", "oneself"),
    ("GET",  "/admin/me/password", "oneself"),
    ("POST", "/admin/me/password", "oneself"),
    ("GET",  "/admin/me/second-factor", "oneself"),
    ("POST", "/admin/me/second-factor", "oneself"),
    ("POST", "/admin/me/sessions/end", "oneself"),
    ("GET",  "/admin", "OAMSCU"),
    ("GET",  "/admin/help", "OAMSCU"),
    ("GET",  "/admin/help/codes", "OAMSCU"),
    ("GET",  "/admin/stores/{store}/go-live", "OAM"),
    ("POST", "/admin/stores/{store}/go-live", "OAM"),
    ("GET",  "/admin/users", "OAU"),
    ("GET",  "/admin/users/new", "OA"),
    ("POST", "/admin/users/new", "OA"),
    ("GET",  "/admin/users/{user}", "OA"),
    ("POST", "/admin/users/{user}", "OA"),
    ("POST", "/admin/users/{user}/reset", "OA"),
    ("POST", "/admin/users/{user}/remove", "OA"),
    ("GET",  "/admin/sessions", "OAU"),
    ("POST", "/admin/sessions/end", "OA"),
    ("GET",  "/admin/audit", "OAU"),
    ("GET",  "/admin/stores", "OAMSCU"),
    ("GET",  "/admin/stores/new", "OA"),
    ("POST", "/admin/stores/new", "OA"),
    ("GET",  "/admin/stores/{store}", "OAMSCU"),
    ("GET",  "/admin/stores/{store}/settings", "OAM"),
    ("POST", "/admin/stores/{store}/settings", "OAM"),
    ("POST", "/admin/stores/{store}/remove", "OA"),
    ("GET",  "/admin/payments", "OAMSCU"),
    ("GET",  "/admin/stores/{store}/payments", "OAMSCU"),
    ("GET",  "/admin/stores/{store}/payments/{payment}", "OAMSCU"),
    ("POST", "/admin/stores/{store}/payments/{payment}/check", "OAMSC"),
    ("POST", "/admin/stores/{store}/payments/{payment}/cancel", "OAMSC"),
    ("GET",  "/admin/stores/{store}/payments/{payment}/refund", "OAMS"),
    ("POST", "/admin/stores/{store}/payments/{payment}/refund", "OAMS"),
    ("GET",  "/admin/stores/{store}/payments/{payment}/items", "OAMS"),
    ("POST", "/admin/stores/{store}/payments/{payment}/resend", "OAMS"),
    ("GET",  "/admin/stores/{store}/payments/live", "OAMSCU"),
    ("GET",  "/admin/stores/{store}/day", "OAMSCU"),
    ("GET",  "/admin/operations", "OAMSU"),
    ("GET",  "/admin/operations/letters", "OAMSU"),
    ("POST", "/admin/operations/letters/replay", "OA"),
    ("GET",  "/admin/operations/events", "OAMSU"),
    ("POST", "/admin/operations/events/release", "OA"),
    ("GET",  "/admin/operations/unclaimed", "OAMSU"),
    ("GET",  "/admin/operations/unclaimed/claim", "OAM"),
    ("POST", "/admin/operations/unclaimed/claim", "OAM"),
    ("GET",  "/admin/stores/{store}/payments/{payment}/review", "OAM"),
    ("POST", "/admin/stores/{store}/payments/{payment}/review", "OAM"),
    ("GET",  "/admin/refund-requests", "OAMS"),
    ("GET",  "/admin/stores/{store}/refund-requests/{operation}", "OAMS"),
    ("POST", "/admin/stores/{store}/refund-requests/{operation}/agree", "OAMS"),
    ("POST", "/admin/stores/{store}/refund-requests/{operation}/drop", "OAMS"),
    ("GET",  "/admin/stores/{store}/payment-types/new", "OAM"),
    ("POST", "/admin/stores/{store}/payment-types/new", "OAM"),
    ("GET",  "/admin/stores/{store}/payment-types/{code}", "OAM"),
    ("POST", "/admin/stores/{store}/payment-types/{code}", "OAM"),
    ("POST", "/admin/stores/{store}/payment-types/{code}/remove", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/new", "OAM"),
    ("POST", "/admin/stores/{store}/registers/new", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/remove", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/move", "OA"),
    ("GET",  "/admin/stores/{store}/registers/{register}/connect", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/connect", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}/consoles/new", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/consoles/new", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}/consoles/{console}", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/consoles/{console}", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/consoles/{console}/pair", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/consoles/{console}/remove", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}/plates", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/plates", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/plates/check", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/plates/release", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}/plates/{server}/{name}", "OAM"),
    ("GET",  "/admin/stores/{store}/registers/{register}/consoles/{console}/preview", "OAM"),
    ("POST", "/admin/stores/{store}/registers/{register}/consoles/{console}/try", "OAM"),
    ("GET",  "/admin/stores/{store}/plates", "OAM"),
    ("GET",  "/admin/stores/{store}/screens", "OAM"),
    ("POST", "/admin/stores/{store}/screens", "OAM"),
    ("POST", "/admin/stores/{store}/screens/slides", "OAM"),
    ("POST", "/admin/stores/{store}/screens/slides/change", "OAM"),
    ("GET",  "/admin/stores/{store}/keys", "OAM"),
    ("POST", "/admin/stores/{store}/keys", "OAM"),
    ("POST", "/admin/stores/{store}/keys/remove", "OAM"),
    ("GET",  "/admin/servers", "OAMU"),
    ("GET",  "/admin/servers/new", "OA"),
    ("POST", "/admin/servers/new", "OA"),
    ("GET",  "/admin/servers/{server}", "OAU"),
    ("POST", "/admin/servers/{server}", "OA"),
    ("POST", "/admin/servers/{server}/check", "OA"),
    ("POST", "/admin/servers/{server}/secrets", "OA"),
    ("POST", "/admin/servers/{server}/next", "OA"),
    ("POST", "/admin/servers/{server}/next/forget", "OA"),
    ("POST", "/admin/servers/{server}/remove", "OA"),
    ("GET",  "/admin/pair/{name}", "OAM"),
    ("POST", "/admin/pair/{name}", "OAM"),
    ("GET",  "/admin/transfer", "OA"),
    ("GET",  "/admin/transfer/export", "OA"),
    ("POST", "/admin/transfer/plan", "OA"),
    ("POST", "/admin/transfer/apply", "OA"),
];

/// Roles with their letters, and whether they are of one store.
const ROLES: [(char, Role); 6] = [
    ('O', Role::Owner),
    ('A', Role::Admin),
    ('M', Role::StoreAdmin),
    ('S', Role::Support),
    ('C', Role::Cashier),
    ('U', Role::Auditor),
];

#[test]
fn routes_rows_and_this_table_are_the_same_set() {
    let rows: BTreeSet<_> = TABLE.iter().map(|row| (row.method, row.path)).collect();
    let mounted: BTreeSet<_> = routes().mounted.into_iter().collect();
    let wanted: BTreeSet<_> = WANTED.iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(rows, mounted, "rows without a route");
    assert_eq!(wanted, rows, "a route that nobody thought about here");
    assert_eq!(rows.len(), TABLE.len(), "a row twice");
}

/// The path with its places filled in.
fn filled(path: &str, store: &str) -> String {
    let filled = path
        .replace("{store}", store)
        .replace("{user}", "nobody")
        .replace("{name}", "admin.css")
        .replace("{payment}", "0191f7e25d3a7abc8def012345678000")
        .replace("{token}", "guess");
    ["{register}", "{console}", "{code}", "{server}", "{operation}"]
        .iter()
        .fold(filled, |filled, place| filled.replace(place, "1"))
}

/// Whether a request was let through: whatever its page then said of what it asked.
async fn is_let_in(world: &World, browser: &Browser, method: &str, path: &str) -> bool {
    let method = if method == "GET" { Method::GET } else { Method::POST };
    let answer = world.ask(browser, method, path, &[]).await;
    let is_sent_away = answer.status.is_redirection()
        && (answer.leads_to().starts_with("/admin/sign-in?next=")
            || answer.leads_to() == "/admin/sign-in?done=session-over"
            || answer.leads_to() == "/admin/sign-in/code");
    !is_sent_away && answer.status != axum::http::StatusCode::FORBIDDEN
}

#[tokio::test]
async fn every_route_lets_in_whom_it_must_and_nobody_else() {
    let world = World::with_stores().await;
    for (letter, role) in ROLES {
        let scopes: &[Option<&str>] = if role.is_of_the_chain() { &[None] } else { &[None, Some("17")] };
        for scope in scopes {
            let login = format!("{}{}", role.word().replace('_', ""), scope.unwrap_or("all"));
            let user = world.person(&login, vec![Grant { role, store: scope.map(shop) }]).await;
            for (method, path, wanted) in WANTED {
                for store in ["17", "18"] {
                    let must = match *wanted {
                        "everybody" | "oneself" => true,
                        "half" => false,
                        letters => {
                            let is_own =
                                !path.contains("{store}") || scope.is_none() || *scope == Some(store);
                            letters.contains(letter) && is_own
                        }
                    };
                    // A session each: some calls end it.
                    let browser = world.signed_in(&user).await;
                    let path = filled(path, store);
                    let is = is_let_in(&world, &browser, method, &path).await;
                    assert_eq!(is, must, "{method} {path} for {login}");
                }
            }
        }
    }
}

#[tokio::test]
async fn who_is_not_signed_in_sees_the_way_in_only() {
    let world = World::with_stores().await;
    for (method, path, wanted) in WANTED {
        let path = filled(path, "17");
        let is = is_let_in(&world, &Browser::default(), method, &path).await;
        assert_eq!(is, *wanted == "everybody", "{method} {path}");
        let forged = Browser { cookie: Some("admin=guessed".to_owned()), ..Browser::default() };
        assert_eq!(
            is_let_in(&world, &forged, method, &path).await,
            *wanted == "everybody",
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn other_sites_can_send_no_form() {
    let world = World::with_stores().await;
    let owner = world.owner().await;
    for site in ["cross-site", "same-site"] {
        let lured = Browser { site, ..owner.clone() };
        for (_, path, _) in WANTED.iter().filter(|(method, ..)| *method == "POST") {
            let answer = world.post(&lured, &filled(path, "17"), &[]).await;
            assert_eq!(answer.status, 403, "{path} from {site}");
        }
    }
    assert_eq!(world.admin.db.settings().await.unwrap().stores.len(), 2);
}
