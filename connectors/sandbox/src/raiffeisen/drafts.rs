//! `POST /sbp/v1/qr-drafts/{qrId}`: binds a printed plate or an NFC tag to the merchant.

use std::sync::Arc;

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    bank::{Raiffeisen, code_of},
    caller::Caller,
    refusal::Refusal,
    reply::{Reply, Trouble, Version},
    wire::{self, check_account, limited},
};
use crate::{
    book::{Amendment, Kind, NewCode, Notes},
    faults::Twist,
    sbp,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Binding<'a> {
    #[serde(borrow)]
    account: Option<&'a RawValue>,
    redirect_url: Option<String>,
    qr_description: Option<String>,
}

pub(super) async fn bind(
    State(bank): State<Arc<Raiffeisen>>,
    Path(id): Path<String>,
    caller: Caller,
    body: Bytes,
) -> Response {
    bank.respond(Version::V1, &caller, bank.bind_draft(&caller, &id, &body))
}

impl Raiffeisen {
    /// Binding again gives the plate new texts.
    fn bind_draft(&self, caller: &Caller, id: &str, body: &[u8]) -> Result<Reply, Trouble> {
        let merchant = self.merchant(caller)?;
        let request: Binding<'_> = wire::read(caller, body)?;
        check_account(request.account, &merchant.accounts)?;
        let description = limited(request.qr_description, 32)?;
        let redirect_url = limited(request.redirect_url, 1024)?;
        if !self.settings.drafts.iter().any(|draft| draft == id) {
            return Err(Refusal::draft_not_found(id).into());
        }
        self.desk.open(|book, now| {
            let no = if book.find_code(id).is_some() {
                let no = code_of(book, merchant, id).map_err(|_| Refusal::draft_not_found(id))?;
                book.amend(no, Amendment { description, redirect_url });
                no
            } else {
                let code = NewCode {
                    id: id.to_owned(),
                    merchant: merchant.sbp_merchant_id.clone(),
                    kind: Kind::Link,
                    payload: sbp::payload(id, Kind::Link, &self.settings.member, None),
                    notes: Notes { description, redirect_url, ..Notes::default() },
                };
                book.add_code(code, None, now)
            };
            Ok(self.code_answer(book, no, now, Version::V2, Twist::None))
        })
    }
}
