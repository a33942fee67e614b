//! The bank as all its calls see it.

use std::sync::Arc;

use axum::response::Response;

use super::{
    caller::Caller,
    notification::Voice,
    refusal::Refusal,
    reply::{Reply, Trouble, Version, respond},
    settings::{Merchant, Settings},
};
use crate::{
    book::{Book, CodeNo, Records, Rules},
    desk::Desk,
    faults::{Call, Twist, guarded},
    world::World,
};

/// The bank's name in the ledger, in faults and in paths.
pub(crate) const NAME: &str = "raiffeisen";

/// The simulated bank.
pub(crate) struct Raiffeisen {
    pub(crate) desk: Arc<Desk>,
    pub(super) settings: Settings,
}

impl Raiffeisen {
    pub(crate) fn new(world: Arc<World>, settings: Settings, records: Records) -> Self {
        let rules = Rules { after_decline: settings.after_decline, payment_limit: settings.payment_limit };
        let voice = Box::new(Voice::new(&settings));
        Self { desk: Desk::new(NAME, world, Book::new(records, rules), voice), settings }
    }

    /// Answers a call that faults may meet.
    pub(super) async fn answer(
        &self,
        call: Call,
        version: Version,
        caller: &Caller,
        act: impl FnOnce(Twist) -> Result<Reply, Trouble> + Send,
    ) -> Response {
        let cut = caller.cut.clone();
        let act = |twist| self.respond(version, caller, act(twist));
        guarded(&self.desk.world, NAME, call, cut, act).await
    }

    /// Answers a call that no fault meets.
    pub(super) fn respond(
        &self,
        version: Version,
        caller: &Caller,
        outcome: Result<Reply, Trouble>,
    ) -> Response {
        respond(self.settings.error_habit, version, &caller.path, outcome)
    }

    /// The merchant whose key the caller shows.
    pub(super) fn merchant(&self, caller: &Caller) -> Result<&Merchant, Trouble> {
        let known = |merchant: &&Merchant| Some(&merchant.secret_key) == caller.key.as_ref();
        self.settings.merchants.iter().find(known).ok_or(Trouble::WrongKey)
    }

    pub(super) fn merchant_by_id(&self, sbp_merchant_id: &str) -> Option<&Merchant> {
        self.settings.merchants.iter().find(|merchant| merchant.sbp_merchant_id == sbp_merchant_id)
    }

    /// Address of a code's picture.
    pub(super) fn qr_url(&self, id: &str) -> String {
        format!("{}/{NAME}/api/sbp/v1/qr/{id}/image", self.desk.world.public_url)
    }
}

/// A code of this merchant; others' codes don't exist for it.
pub(super) fn code_of(book: &Book, merchant: &Merchant, id: &str) -> Result<CodeNo, Refusal> {
    book.find_code(id)
        .filter(|no| book.code(*no).merchant == merchant.sbp_merchant_id)
        .ok_or_else(Refusal::code_not_found)
}
