//! A plate on paper, ready to print.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use console::{Language, Poster, PosterPaper};
use payment::ServerId;
use std::collections::BTreeMap;

use super::here::{AtRegister, Here};
use super::plates::Sort;
use crate::failure::Failure;

/// `GET …/plates/{server}/{name}`: `cash_link-a6.pdf`, `open-a5.svg` and their like.
pub(crate) async fn poster(
    here: Here<AtRegister>,
    Path(path): Path<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let part = |name: &str| path.get(name).map_or("", String::as_str);
    let server = ServerId::parse(part("server")).map_err(|_| Failure::Missing)?;
    let (sort, paper, form) = read(part("name")).ok_or(Failure::Missing)?;
    let plate = sort.of(here.register()).get(&server).ok_or(Failure::Missing)?;
    let poster = Poster {
        plate,
        is_open: sort == Sort::Open,
        shop: &here.store().name,
        register: &here.register().name,
        language: Language::parse(&here.store().language).unwrap_or_default(),
        is_test: here.settings.servers.get(&server).is_some_and(|server| server.test),
    };
    let drawn = match form {
        "svg" => poster.svg(paper).map(String::into_bytes),
        _ => poster.pdf(paper),
    };
    let file = match drawn {
        Ok(file) => file,
        Err(error) => {
            tracing::warn!(%error, link = %plate.link, "a plate's poster can't be drawn");
            return Err(Failure::Missing);
        }
    };
    let media = if form == "svg" { "image/svg+xml" } else { "application/pdf" };
    let name = format!("attachment; filename=\"plate-{}-{}\"", here.spot.register, part("name"));
    let headers = [
        (header::CONTENT_TYPE, media.to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, file).into_response())
}

fn read(name: &str) -> Option<(Sort, PosterPaper, &str)> {
    let (stem, form) = name.split_once('.').filter(|(_, form)| matches!(*form, "svg" | "pdf"))?;
    let (sort, paper) = stem.rsplit_once('-')?;
    let paper = match paper {
        "a6" => PosterPaper::A6,
        "a5" => PosterPaper::A5,
        _ => return None,
    };
    Some((Sort::parse(sort)?, paper, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_what_is_on_it() {
        assert_eq!(read("cash_link-a6.pdf"), Some((Sort::CashLink, PosterPaper::A6, "pdf")));
        assert_eq!(read("open-a5.svg"), Some((Sort::Open, PosterPaper::A5, "svg")));
        for wrong in ["admin.css", "open-a4.pdf", "open.pdf", "shut-a6.pdf", "open-a6.exe"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
