//! What arrived at the open plates of a store and nobody has claimed.

use crate::contract::UnclaimedBody;
use crate::engine::Engine;
use crate::ports::{Search, StoreError, UnclaimedSearch};
use crate::settings::StoreSettings;

/// So much money of one plate an answer has at most.
const OF_A_PLATE_AT_MOST: usize = 20;

/// Confirmed money at the store's open plates that matches, newest first. None where a receipt is looked for: money without
/// an order has none; and none beside the further pages of an answer.
pub(super) async fn unclaimed(
    engine: &Engine,
    store: &StoreSettings,
    search: &Search,
    payer: Option<&str>,
) -> Result<Vec<UnclaimedBody>, StoreError> {
    if search.receipt.is_some() || search.before.is_some() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for (register, its) in &store.registers {
        for (server, plate) in &its.open_plates {
            let at_plate = UnclaimedSearch {
                server: Some(server.clone()),
                code: Some(plate.link.clone()),
                transaction: search.transaction.clone(),
            };
            for credit in engine.parts().store.unclaimed(&at_plate, OF_A_PLATE_AT_MOST).await? {
                let paid_by = payer
                    .is_none_or(|wanted| credit.payer.as_ref().is_some_and(|payer| payer.contains(wanted)));
                let is_it = credit.is_confirmed
                    && paid_by
                    && search.amount.is_none_or(|amount| credit.amount == amount)
                    && search.from.is_none_or(|from| credit.found_at >= from)
                    && search.to.is_none_or(|to| credit.found_at < to);
                if is_it {
                    found.push((credit.found_at, UnclaimedBody::of(register, &credit)));
                }
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    Ok(found.into_iter().map(|(_, body)| body).collect())
}
