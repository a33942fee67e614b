//! `find`, `totals`, `types`: questions about more than one payment. They change nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::{BankTransaction, CodeKind, Payment, PaymentTypeCode, RefundAbility};

use super::pay::unknown_register;
use super::{Answer, Command, Failure, period, plates};
use crate::contract::{
    self, Capabilities, EventBody, Fault, FindBody, FoundBody, TotalsBody, TotalsLine, TypeBody,
};
use crate::engine::Engine;
use crate::ports::{Offer, Search, StoreError};
use crate::settings::{PaymentType, RegisterSettings, StoreSettings};

/// So many payments an answer has at most.
const FOUND_AT_MOST: usize = 50;
/// So many payments are looked at for one answer: more than a busy register sells in a month.
const LOOKED_AT_MOST: usize = 50_000;
const PAGE: usize = 500;
/// How far back is looked unless the question names a receipt, a transaction or a beginning.
const LOOK_BACK: Duration = Duration::from_hours(24 * 31);

/// Payments of the register's store, newest first.
pub(super) async fn find(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: FindBody = contract::parse(&command.body)?;
    let settings = engine.settings();
    let store = store_of(engine, command, &settings.stores)?;
    let mut search =
        Search { register: None, ..search_of(command, body.from.as_deref(), body.to.as_deref(), store)? };
    search.amount = body.amount.as_ref().map(contract::MoneyBody::read).transpose()?;
    search.receipt = body.receipt;
    search.transaction = match &body.bank_transaction {
        Some(text) => Some(
            BankTransaction::parse(text)
                .map_err(|error| Fault::invalid("bank_transaction", error.to_string()))?,
        ),
        None => None,
    };
    let is_named = search.receipt.is_some() || search.transaction.is_some();
    if search.from.is_none() && !is_named {
        search.from = Some(search.to.unwrap_or(command.now).minus(LOOK_BACK));
    }
    let from = search.from;
    let unclaimed = plates::unclaimed(engine, store, &search, body.payer.as_deref()).await?;
    let mut found = Vec::new();
    let more = walk(engine, search, |payment| {
        if paid_by(payment, body.payer.as_deref()) {
            found.push(FoundBody::of(payment));
        }
        found.len() <= FOUND_AT_MOST
    })
    .await?;
    let more = more || found.len() > FOUND_AT_MOST;
    found.truncate(FOUND_AT_MOST);
    Ok(answer(EventBody {
        from: from.map(|from| from.to_string()),
        payments: Some(found),
        unclaimed: Some(unclaimed),
        more: Some(more),
        ..contract::of_register("register.found", command.from, command.now)
    }))
}

fn paid_by(payment: &Payment, payer: Option<&str>) -> bool {
    let Some(wanted) = payer else { return true };
    let payers = payment.state.credits.iter().filter_map(|credit| credit.payer.as_deref());
    payers.into_iter().any(|payer| payer.contains(wanted))
}

/// Counts and sums of the register's, or the store's, payments that were accepted in a shift or a period, as they stand now.
pub(super) async fn totals(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let body: TotalsBody = contract::parse(&command.body)?;
    let settings = engine.settings();
    let store = store_of(engine, command, &settings.stores)?;
    let mut search = search_of(command, body.from.as_deref(), body.to.as_deref(), store)?;
    if body.shift.is_none() && body.from.is_none() {
        return Err(Fault::invalid("shift", "name a shift, or a period by from and to").into());
    }
    search.shift.clone_from(&body.shift);
    search.register = search.register.filter(|_| !body.whole_store);
    let from = search.from.unwrap_or_else(|| command.now.minus(LOOK_BACK));
    search.from = Some(from);
    let to = search.to.unwrap_or(command.now);
    let mut lines: BTreeMap<(PaymentTypeCode, &'static str, bool), TotalsLine> = BTreeMap::new();
    let more = walk(engine, search, |payment| {
        let checkout = &payment.checkout;
        let key = (checkout.payment_type.clone(), checkout.amount.currency().code(), payment.is_test());
        lines.entry(key).or_insert_with(|| TotalsLine::new(payment)).count(payment);
        true
    })
    .await?;
    if more {
        let reason = format!("the period has more than {LOOKED_AT_MOST} payments: ask for a shorter one");
        return Err(Fault::invalid("from", reason).into());
    }
    Ok(answer(EventBody {
        shift: body.shift,
        from: Some(from.to_string()),
        to: Some(to.to_string()),
        zone: Some(store.zone.clone()),
        totals: Some(lines.into_values().collect()),
        ..contract::of_register("register.totals", command.from, command.now)
    }))
}

/// The payment types of the store.
pub(super) fn types(engine: &Engine, command: &Command<'_>) -> Result<Answer, Failure> {
    let settings = engine.settings();
    let store = store_of(engine, command, &settings.stores)?;
    let register = store.registers.get(&command.from.register);
    let described =
        store.payment_types.iter().map(|(code, its)| describe(engine, store, register, code, its));
    Ok(answer(EventBody {
        types: Some(described.collect()),
        ..contract::of_register("register.types", command.from, command.now)
    }))
}

fn answer(body: EventBody) -> Answer {
    Answer::Events(vec![body])
}

fn store_of<'a>(
    engine: &Engine,
    command: &Command<'_>,
    stores: &'a BTreeMap<payment::StoreId, StoreSettings>,
) -> Result<&'a StoreSettings, Fault> {
    let store = stores.get(&command.from.store);
    let known = store.filter(|store| store.registers.contains_key(&command.from.register));
    known.ok_or_else(|| unknown_register(engine, command))
}

fn search_of(
    command: &Command<'_>,
    from: Option<&str>,
    to: Option<&str>,
    store: &StoreSettings,
) -> Result<Search, Fault> {
    Ok(Search {
        register: Some(command.from.register.clone()),
        from: from.map(|text| period::from("from", text, store)).transpose()?,
        to: to.map(|text| period::to("to", text, store)).transpose()?,
        ..Search::of(command.from.store.clone())
    })
}

/// Walks over what matches, newest first, until `look` has seen enough. True: there may be more.
async fn walk(
    engine: &Engine,
    mut search: Search,
    mut look: impl FnMut(&Payment) -> bool + Send,
) -> Result<bool, StoreError> {
    let mut seen = 0;
    loop {
        let page = engine.parts().store.search(&search, PAGE).await?;
        for payment in &page {
            if !look(payment) {
                return Ok(true);
            }
        }
        seen += page.len();
        match page.last() {
            Some(_) if seen >= LOOKED_AT_MOST => return Ok(true),
            Some(last) if page.len() == PAGE => search.before = Some((last.opened_at, last.id)),
            _ => return Ok(false),
        }
    }
}

/// A cash link can be paid only at a plate of the register.
fn has_plate(register: Option<&RegisterSettings>, offer: &Offer) -> bool {
    register.is_some_and(|register| register.plates.contains_key(&offer.route.server))
}

const KINDS: [CodeKind; 4] = [CodeKind::Dynamic, CodeKind::Static, CodeKind::CashLink, CodeKind::Buyer];

fn describe(
    engine: &Engine,
    store: &StoreSettings,
    register: Option<&RegisterSettings>,
    code: &PaymentTypeCode,
    its: &PaymentType,
) -> TypeBody {
    let banks = &engine.parts().banks;
    let mut kinds: Vec<CodeKind> = KINDS.into_iter().filter(|kind| *kind != its.code).collect();
    kinds.insert(0, its.code);
    let offers: Vec<(CodeKind, Offer)> = kinds
        .into_iter()
        .flat_map(|kind| {
            its.servers.iter().filter_map(move |server| Some((kind, banks.offer(server, kind)?)))
        })
        .filter(|(_, offer)| offer.currencies.contains(&store.currency))
        .filter(|(kind, offer)| *kind != CodeKind::CashLink || has_plate(register, offer))
        .collect();
    let can_start = offers.iter().any(|(kind, _)| *kind == its.code);
    let reason = format!(
        "none of its authorization servers is ready for {} codes in {}",
        its.code.word(),
        store.currency.code()
    );
    TypeBody {
        code: code.to_string(),
        name: its.name.clone(),
        is_default: *code == store.default_payment_type,
        available: can_start,
        reason: (!can_start).then_some(reason),
        currency: store.currency.code(),
        capabilities: capabilities(&offers),
    }
}

fn capabilities(offers: &[(CodeKind, Offer)]) -> Option<Capabilities> {
    let mut qr: Vec<&'static str> = Vec::new();
    for (kind, _) in offers {
        if !qr.contains(&kind.word()) {
            qr.push(kind.word());
        }
    }
    let terms = || offers.iter().map(|(_, offer)| &offer.route.terms);
    let able = |ability| terms().any(|terms| terms.refund.ability == ability);
    let refund = if able(RefundAbility::Part) {
        "part"
    } else if able(RefundAbility::Whole) {
        "whole"
    } else {
        "none"
    };
    Some(Capabilities {
        qr,
        amount_min: offers.iter().map(|(_, offer)| offer.amount_minor.0).min()?,
        amount_max: offers.iter().map(|(_, offer)| offer.amount_minor.1).max()?,
        expires_in_s_min: terms().map(|terms| terms.code_life_min.as_secs()).min()?,
        expires_in_s_max: terms().map(|terms| terms.code_life_max.as_secs()).max()?,
        refund,
        cancel_is_certain: terms().any(|terms| terms.annul),
        test: terms().any(|terms| terms.test),
    })
}
