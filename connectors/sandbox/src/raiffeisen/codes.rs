//! A registered code: info in both versions, annulment, picture.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    response::Response,
};
use qrcode::{EcLevel, QrCode, render::svg};

use super::{
    bank::{Raiffeisen, code_of},
    caller::Caller,
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
};
use crate::{
    book::{CannotCancel, Kind},
    faults::{Call, Twist},
};

/// `GET /sbp/v2/qrs/{qrId}`
pub(super) async fn info_v2(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |twist| bank.info(&caller, &id, Version::V2, twist);
    bank.answer(Call::Status, Version::V2, &caller, act).await
}

/// `GET /sbp/v1/qr/{qrId}/info`: tells no status, so no fault of the status call meets it.
pub(super) async fn info_v1(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    bank.respond(Version::V1, &caller, bank.info(&caller, &id, Version::V1, Twist::None))
}

/// `DELETE /sbp/v2/qrs/{qrId}`
pub(super) async fn cancel(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let act = |_| bank.cancel_code(&caller, &id);
    bank.answer(Call::Cancel, Version::V2, &caller, act).await
}

/// `GET /sbp/v1/qr/{qrId}/image`: open to everybody.
pub(super) async fn image(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
) -> Response {
    let payload = bank.desk.open(|book, _| book.find_code(&id).map(|no| book.code(no).payload.clone()));
    let outcome = payload.map(|payload| Reply::Svg(picture(&payload)));
    bank.respond(Version::V1, &caller, outcome.ok_or_else(|| Refusal::code_not_found().into()))
}

impl Raiffeisen {
    fn info(&self, caller: &Caller, id: &str, version: Version, twist: Twist) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, now| {
            let no = code_of(book, merchant, id)?;
            if let Some(order) = book.code(no).current {
                self.desk.judge_late(book, order);
            }
            Ok(self.code_answer(book, no, now, version, twist))
        })
    }

    /// Links cannot be withdrawn; what arms them can.
    fn cancel_code(&self, caller: &Caller, id: &str) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        self.desk.open(|book, now| {
            let no = code_of(book, merchant, id)?;
            let code = book.code(no);
            let Some(order) = code.current.filter(|_| code.kind != Kind::Link) else {
                return Err(Refusal::wrong_status(book.code_status(no, now)).into());
            };
            self.desk.judge_late(book, order);
            book.cancel(order, now).map_err(|CannotCancel(status)| Refusal::wrong_status(status))?;
            Ok(Reply::Empty)
        })
    }
}

fn picture(payload: &str) -> String {
    match QrCode::with_error_correction_level(payload, EcLevel::M) {
        Ok(code) => code.render::<svg::Color<'_>>().min_dimensions(320, 320).build(),
        // A payload of a hundred characters always fits; an empty picture says it did not.
        Err(_) => String::from("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    }
}
