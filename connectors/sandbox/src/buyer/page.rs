//! The buyer's page: four files, put into the program as they are.

use axum::{
    Router,
    http::{HeaderName, header},
    response::IntoResponse,
    routing::get,
};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");
const MESSAGES: &str = include_str!("messages.json");
/// Nothing from elsewhere, nothing inline.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self' http://127.0.0.1:* http://localhost:*";

/// `GET /buyer` and its parts.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/buyer", get(|| async { file("text/html; charset=utf-8", PAGE) }))
        .route("/buyer/page.css", get(|| async { file("text/css; charset=utf-8", STYLE) }))
        .route("/buyer/page.js", get(|| async { file("text/javascript; charset=utf-8", SCRIPT) }))
        .route("/buyer/messages.json", get(|| async { file("application/json", MESSAGES) }))
}

fn file(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    let headers: [(HeaderName, &'static str); 3] = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
    ];
    (headers, text)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    type Catalogue = BTreeMap<String, BTreeMap<String, String>>;

    #[test]
    fn every_language_has_every_text() {
        let catalogue: Catalogue = serde_json::from_str(MESSAGES).unwrap();
        assert_eq!(catalogue.keys().collect::<Vec<_>>(), ["en", "ru"]);
        let keys = |language: &str| catalogue[language].keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(keys("ru"), keys("en"));
    }

    #[test]
    fn every_text_that_the_page_names_is_in_the_catalogue() {
        let catalogue: Catalogue = serde_json::from_str(MESSAGES).unwrap();
        let named = PAGE.split("data-text=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let mut count = 0;
        for name in named {
            assert!(catalogue["ru"].contains_key(name), "{name}");
            count += 1;
        }
        assert!(count > 10, "only {count} texts found");
    }
}
