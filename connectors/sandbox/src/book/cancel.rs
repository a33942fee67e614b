//! Withdrawing an order before it is paid.

use std::time::Duration;

use jiff::Timestamp;

use super::{
    core::Book,
    records::{OrderNo, Progress, Status, TransactionNo},
};
use crate::clock::later;

/// The order is not in a state that can be withdrawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CannotCancel(pub(crate) Status);

impl Book {
    /// Annuls an order that is new. Hidden tries survive it: those that were told to land do so later.
    pub(crate) fn cancel(&mut self, no: OrderNo, now: Timestamp) -> Result<(), CannotCancel> {
        match self.order_status(no, now) {
            Status::New => {}
            status => return Err(CannotCancel(status)),
        }
        self.records.orders[no.0].cancelled_at = Some(now);
        for (begun, delay) in self.landing_after_cancel(no) {
            self.land_at(begun, later(now, delay));
        }
        self.touch();
        Ok(())
    }

    fn landing_after_cancel(&self, no: OrderNo) -> Vec<(TransactionNo, Duration)> {
        let delay = |begun: &TransactionNo| match &self.transaction(*begun).progress {
            Progress::Begun(begun) => begun.lands_after_cancel_ms.map(Duration::from_millis),
            _ => None,
        };
        let begun = self.order(no).code.map_or(&[][..], |code| &self.code(code).begun);
        let ours = begun.iter().filter(|begun| self.transaction(**begun).order == no);
        ours.filter_map(|begun| Some((*begun, delay(begun)?))).collect()
    }
}
