//! The pages of buyers' screens in a real browser: every layout, state and language, measured in the page; codes read from
//! screenshots by two decoders of other makers.

#![expect(clippy::unwrap_used, reason = "a test's own helpers: whatever fails in them fails the test")]

mod faces;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use console::Language;
use console::samples::PAYLOAD;
use engine::settings::ConsoleKind;
use serde_json::{Value, json};

use crate::examples::python;
use crate::lab::Browser;
use faces::{Face, faces, site};

/// Width, height, and the least pixels of a module of a usual code (devices.md §1: what scanning distances need).
const LAYOUTS: [(u32, u32, u32); 5] =
    [(1920, 1080, 10), (1080, 1920, 10), (1280, 800, 9), (480, 272, 5), (320, 240, 3)];
/// The faces whose codes are read from screenshots.
const SCANNED: [&str; 3] = ["code", "try_declined", "code_test"];
const THEMES: [&str; 2] = ["light", "dark"];

async fn set(browser: &Browser, (width, height, _): (u32, u32, u32), theme: &str) {
    browser.set(width, height, theme).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_overflows_is_cut_or_hard_to_read_in_any_layout_state_or_language() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let browser = Browser::open(1920, 1080).await;
    let mut problems = Vec::new();
    for language in Language::ALL {
        browser.go(&page(folder.path(), language)).await;
        for kind in [ConsoleKind::Kiosk, ConsoleKind::Display] {
            let shown: Vec<Value> = faces(language, kind).iter().map(Face::json).collect();
            for layout in LAYOUTS {
                for theme in THEMES {
                    set(&browser, layout, theme).await;
                    let arguments = [json!(shown), json!(layout.2), json!(kind == ConsoleKind::Kiosk)];
                    let found = browser.call(include_str!("layouts/measure.js"), &arguments).await;
                    let place =
                        format!("{}x{} {theme} {} {}", layout.0, layout.1, language.code(), kind.word());
                    problems.extend(found.as_array().unwrap().iter().map(|one| format!("{place} {one}")));
                }
            }
        }
    }
    browser.close().await;
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_other_decoders_read_every_shown_code_from_the_screen() {
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let browser = Browser::open(1920, 1080).await;
    let mut pictures = Vec::new();
    for (number, language) in [Language::Russian, Language::Hindi].into_iter().enumerate() {
        browser.go(&page(folder.path(), language)).await;
        for layout in LAYOUTS {
            set(&browser, layout, THEMES[number]).await;
            for face in faces(language, ConsoleKind::Kiosk)
                .iter()
                .filter(|face| SCANNED.contains(&face.name.as_str()))
            {
                browser.call("window.show(arguments[0].snapshot)", &[face.json()]).await;
                let file = folder.path().join(format!(
                    "{}-{}-{}-{}.png",
                    layout.0,
                    layout.1,
                    language.code(),
                    face.name
                ));
                std::fs::write(&file, STANDARD.decode(browser.picture().await).unwrap()).unwrap();
                pictures.push(file);
            }
        }
    }
    browser.close().await;
    assert_eq!(pictures.len(), 2 * LAYOUTS.len() * SCANNED.len());
    for (file, seen) in pictures.iter().zip(by_zxing(&pictures)) {
        assert_eq!(seen, [PAYLOAD], "zxing: {}", file.display());
        assert_eq!(by_quirc(file), [PAYLOAD], "quirc: {}", file.display());
    }
}

/// For people: pictures of every face, in the folder that `INTEGRATOR_PICTURES` names. Without it nothing is drawn.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_gets_pictures_of_all_faces() {
    let Some(wanted) = std::env::var_os("INTEGRATOR_PICTURES").map(PathBuf::from) else { return };
    let folder = tempfile::tempdir().unwrap();
    site(folder.path());
    let browser = Browser::open(1920, 1080).await;
    for (language, kind) in [(Language::Russian, ConsoleKind::Kiosk), (Language::Hindi, ConsoleKind::Display)]
    {
        browser.go(&page(folder.path(), language)).await;
        for layout in LAYOUTS {
            set(&browser, layout, "light").await;
            for face in faces(language, kind) {
                browser.call("window.show(arguments[0].snapshot)", &[face.json()]).await;
                let file = format!("{}x{}-{}-{}.png", layout.0, layout.1, language.code(), face.name);
                std::fs::write(wanted.join(file), STANDARD.decode(browser.picture().await).unwrap()).unwrap();
            }
        }
    }
    browser.close().await;
}

fn page(folder: &Path, language: Language) -> String {
    format!("file://{}/{}.html", folder.display(), language.code())
}

fn by_zxing(files: &[PathBuf]) -> Vec<Vec<String>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab/oracles/read_codes.py");
    let told = Command::new(python()).arg(script).args(files).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    String::from_utf8(told.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn by_quirc(file: &Path) -> Vec<String> {
    let mut decoder = png::Decoder::new(std::io::BufReader::new(std::fs::File::open(file).unwrap()));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, channels) = (info.width as usize, info.color_type.samples());
    let grey = |x: usize, y: usize| pixels[(y * width + x) * channels];
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, info.height as usize, grey);
    prepared.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}
