//! Money of no order of ours: paid at an open plate, or at a code that somebody else made. It is kept until a register
//! claims it (design.md §4 "Credits").

use std::time::Duration;

use payment::{BankTransaction, Call, CallError, CodeId, Money, PaidNotice, ServerId};

use crate::engine::Engine;
use crate::feed::FeedError;
use crate::ports::{UnclaimedCredit, UnclaimedSearch};

/// How long a bank may take to answer where its settings are gone.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);

impl Engine {
    /// Writes money down that a bank told of with a valid signature. Its code's status is asked first: a signature may not
    /// cover all that was told. False: the status does not know of the money yet, or could not be had; the bank should
    /// tell again.
    pub(crate) async fn take_unclaimed(
        &self,
        server: &ServerId,
        code: Option<CodeId>,
        told: PaidNotice,
    ) -> Result<bool, FeedError> {
        let (Some(code), Some(transaction), Some(amount)) = (code, told.transaction, told.amount) else {
            return Ok(true); // nothing that anybody could claim by
        };
        if self.is_confirmed(server, &transaction).await? {
            return Ok(true);
        }
        let shown = match self.ask_latest_credit(server, &code).await {
            Ok(None) => return Ok(false),
            Ok(shown) => shown,
            Err(CallError::Refused(_)) => None, // this bank can't be asked
            Err(error) => {
                tracing::info!(%server, %code, %error, "money without an order: its status could not be had");
                return Ok(false);
            }
        };
        let confirmed = shown.filter(|shown| is_it(shown, &transaction, amount));
        let credit = UnclaimedCredit {
            server: server.clone(),
            code,
            transaction,
            amount,
            is_confirmed: confirmed.is_some(),
            found_at: self.now(),
            paid_at: confirmed.as_ref().and_then(|shown| shown.paid_at).or(told.paid_at),
            payer: confirmed.as_ref().and_then(|shown| shown.payer.clone()).or(told.payer),
            instrument: confirmed.and_then(|shown| shown.instrument).or(told.instrument),
        };
        self.parts().store.keep_unclaimed(&credit).await?;
        tracing::info!(%server, code = %credit.code, is_confirmed = credit.is_confirmed, "money without an order was kept");
        Ok(true)
    }

    async fn is_confirmed(
        &self,
        server: &ServerId,
        transaction: &BankTransaction,
    ) -> Result<bool, FeedError> {
        let search = UnclaimedSearch {
            server: Some(server.clone()),
            transaction: Some(transaction.clone()),
            ..UnclaimedSearch::default()
        };
        let known = self.parts().store.unclaimed(&search, 1).await?;
        Ok(known.first().is_some_and(|credit| credit.is_confirmed))
    }

    async fn ask_latest_credit(
        &self,
        server: &ServerId,
        code: &CodeId,
    ) -> Result<Option<PaidNotice>, CallError> {
        let settings = self.settings();
        let limit = settings
            .servers
            .get(server)
            .map_or(CALL_TIMEOUT, |server| Duration::from_millis(u64::from(server.call_timeout_ms)));
        let since = self.now();
        let call = Call { since, deadline: since.plus(limit), epoch: self.epoch() };
        self.latest_credit(server, code, call).await
    }
}

fn is_it(shown: &PaidNotice, transaction: &BankTransaction, amount: Money) -> bool {
    shown.transaction.as_ref() == Some(transaction) && shown.amount == Some(amount)
}
