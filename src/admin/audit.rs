//! The audit: what was changed, by whom, from where.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;
use store::People;

use crate::changes::changes;
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::payments::show::Clock;
use crate::reasons;
use crate::state::Admin;

/// Entries on a page.
const PAGE: u32 = 50;

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    lines: Vec<Line>,
    /// The number before which the next page begins.
    older: Option<u64>,
}

struct Line {
    number: u64,
    at: String,
    who: String,
    from: String,
    action: String,
    about: String,
    changes: Vec<String>,
}

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    before: Option<u64>,
}

/// `GET /admin/audit`.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Query(wanted): Query<Asked>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let clock = Clock::of_chain(&admin.db.settings().await?);
    let records = admin.db.audit_before(wanted.before, PAGE).await?;
    let is_full = records.len() == usize::try_from(PAGE).unwrap_or(usize::MAX);
    let older = records.last().map(|record| record.number).filter(|number| is_full && *number > 1);
    let lines = records.into_iter().map(|record| {
        let entry = record.entry;
        let action = entry.action.replace(['.', '_'], "-");
        Line {
            number: record.number,
            at: clock.zoned(&words, entry.author.at),
            who: reasons::told(&words, &entry.author.who),
            from: reasons::told(&words, &entry.author.from),
            action: words.text(&format!("action-{action}")),
            about: entry.about,
            changes: changes(&words, entry.before.as_ref(), entry.after.as_ref()),
        }
    });
    Ok(answer(&AuditPage {
        lines: lines.collect(),
        older,
        frame: Frame::of(&asker, words.text("nav-audit")),
    }))
}
