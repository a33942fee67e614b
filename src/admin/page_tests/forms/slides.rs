//! The form of a slide: it sends a picture.

use axum::http::StatusCode;

use super::scene::Scene;
use super::{Form, Who};
use crate::page_tests::html::{forms_of, message_at};

const ADDRESS: &str = "/admin/stores/17/screens/slides";
const PAGE: &str = "/admin/stores/17/screens";

/// What the test below tries, for those who count the fields.
pub(super) fn forms() -> Vec<Form> {
    let rows = [("title", "", "1 to 80"), ("text", "long", "240"), ("picture", "no picture", "PNG")];
    vec![Form::to(ADDRESS).on(PAGE).wrong(&rows)]
}

#[tokio::test]
async fn a_slide_that_can_not_be_shown_is_told_at_its_field() {
    let scene = Scene::set(Who::Owner, |_| {}).await;
    let before = scene.stored().await;
    let own = forms_of(&scene.get(PAGE).await.body).into_iter().find(|form| form.action == ADDRESS).unwrap();
    let mark = own.hidden["mark"].as_str();
    let png = [&[0x89, b'P', b'N', b'G'][..], &[0; 60]].concat();
    let large = [&[0xff, 0xd8, 0xff][..], &vec![0; 512 * 1024]].concat();
    let long = "x".repeat(241);
    for (title, text, picture, field, message) in [
        ("", "", &png[..], "title", "1 to 80 characters"),
        ("Coffee", long.as_str(), &png[..], "text", "240 characters"),
        ("Coffee", "", b"<svg/>", "picture", "PNG, JPEG or WebP"),
        ("Coffee", "", &large[..], "picture", "512 KiB"),
    ] {
        let fields = [("title", title), ("text", text), ("mark", mark)];
        let answer = scene.upload(ADDRESS, &fields, picture).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let told = message_at(&answer.body, field).unwrap_or_default();
        assert!(told.contains(message), "{field}: {}", answer.body);
        assert_eq!(scene.stored().await, before, "{field}");
    }
    let fields = [("title", "Coffee −20 %"), ("text", "Until noon"), ("mark", mark)];
    let answer = scene.upload(ADDRESS, &fields, &png).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    let shown = scene.get(PAGE).await.body;
    assert!(shown.contains("Coffee −20 %") && shown.contains("data:image/png;base64,iVBOR"), "{shown}");
}
