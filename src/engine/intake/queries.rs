//! `find`, `totals`, `types`: questions about more than one payment. They change nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::{
    BankTransaction, CodeKind, Payment, PaymentId, PaymentTypeCode, RefundAbility, StoreId, Timestamp,
};

use super::pay::{unknown_place, unknown_store};
use super::{Answer, Failure, Question, period, plates};
use crate::contract::{
    self, Capabilities, EventBody, Fault, FindBody, FoundBody, Totals, TotalsBody, TypeBody,
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

/// Answers one of them.
pub(super) async fn answer(engine: &Engine, verb: &str, question: &Question<'_>) -> Result<Answer, Failure> {
    let body = match verb {
        "find" => find(engine, question).await?,
        "totals" => totals(engine, question).await?,
        "types" => types(engine, question)?,
        other => unreachable!("{other} is no question about a store"),
    };
    Ok(Answer::Events(vec![body]))
}

/// Payments of the store, newest first.
async fn find(engine: &Engine, question: &Question<'_>) -> Result<EventBody, Failure> {
    let body: FindBody = contract::read_fields(question.body)?;
    let settings = engine.settings();
    let store = store_of(engine, question, &settings.stores)?;
    let mut search = search_of(question, body.from.as_deref(), body.to.as_deref(), store)?;
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
        search.from = Some(search.to.unwrap_or(question.now).minus(LOOK_BACK));
    }
    if let Some(text) = &body.before {
        search.before = Some(behind(engine, question.store, text).await?);
    }
    let (from, to) = (search.from, search.to);
    let unclaimed = plates::unclaimed(engine, store, &search, body.payer.as_deref()).await?;
    let mut found = Vec::new();
    let last_looked_at = walk(engine, search, |payment| {
        if paid_by(payment, body.payer.as_deref()) {
            found.push(FoundBody::of(payment));
        }
        found.len() <= FOUND_AT_MOST
    })
    .await?;
    let is_cut = found.len() > FOUND_AT_MOST;
    found.truncate(FOUND_AT_MOST);
    let last_told = found.last().filter(|_| is_cut).map(|last| last.payment.clone());
    let next = last_told.or(last_looked_at.map(|last| last.to_string()));
    Ok(EventBody {
        from: from.map(|from| from.to_string()),
        to: to.map(|to| to.to_string()),
        payments: Some(found),
        unclaimed: Some(unclaimed),
        more: Some(next.is_some()),
        next,
        ..contract::of_register("register.found", question.store, question.register, question.now)
    })
}

/// The place in the order of the answer behind a payment of the store.
async fn behind(engine: &Engine, store: &StoreId, text: &str) -> Result<(Timestamp, PaymentId), Failure> {
    let unknown = || Fault::invalid("before", "before is the next of an answer to the same question");
    let id: PaymentId = text.parse().map_err(|_| unknown())?;
    let stored = engine.parts().store.load(id).await?.ok_or_else(unknown)?;
    let is_own = stored.payment.checkout.store == *store;
    if is_own { Ok((stored.payment.opened_at, id)) } else { Err(unknown().into()) }
}

fn paid_by(payment: &Payment, payer: Option<&str>) -> bool {
    let Some(wanted) = payer else { return true };
    let payers = payment.state.credits.iter().filter_map(|credit| credit.payer.as_deref());
    payers.into_iter().any(|payer| payer.contains(wanted))
}

/// Counts and sums of the register's, or the store's, payments that were accepted in a shift or a period, as they stand now.
async fn totals(engine: &Engine, question: &Question<'_>) -> Result<EventBody, Failure> {
    let body: TotalsBody = contract::read_fields(question.body)?;
    let settings = engine.settings();
    let store = store_of(engine, question, &settings.stores)?;
    let mut search = search_of(question, body.from.as_deref(), body.to.as_deref(), store)?;
    if body.shift.is_none() && body.from.is_none() {
        return Err(Fault::invalid("shift", "name a shift, or a period by from and to").into());
    }
    search.shift.clone_from(&body.shift);
    search.register = question.register.filter(|_| !body.whole_store).cloned();
    let from = search.from.unwrap_or_else(|| question.now.minus(LOOK_BACK));
    search.from = Some(from);
    let to = search.to.unwrap_or(question.now);
    let mut sums = Totals::default();
    let last_looked_at = walk(engine, search, |payment| {
        sums.count(payment);
        true
    })
    .await?;
    if last_looked_at.is_some() {
        let reason = format!("the period has more than {LOOKED_AT_MOST} payments: ask for a shorter one");
        return Err(Fault::invalid("from", reason).into());
    }
    Ok(EventBody {
        shift: body.shift,
        from: Some(from.to_string()),
        to: Some(to.to_string()),
        zone: Some(store.zone.clone()),
        totals: Some(sums.into_lines()),
        ..contract::of_register("register.totals", question.store, question.register, question.now)
    })
}

/// The payment types of the store.
fn types(engine: &Engine, question: &Question<'_>) -> Result<EventBody, Failure> {
    let settings = engine.settings();
    let store = store_of(engine, question, &settings.stores)?;
    let registers: Vec<&RegisterSettings> = match question.register {
        Some(register) => store.registers.get(register).into_iter().collect(),
        None => store.registers.values().collect(),
    };
    let described =
        store.payment_types.iter().map(|(code, its)| describe(engine, store, &registers, code, its));
    Ok(EventBody {
        types: Some(described.collect()),
        ..contract::of_register("register.types", question.store, question.register, question.now)
    })
}

fn store_of<'a>(
    engine: &Engine,
    question: &Question<'_>,
    stores: &'a BTreeMap<StoreId, StoreSettings>,
) -> Result<&'a StoreSettings, Fault> {
    let Question { store, register, .. } = question;
    let found = stores.get(*store);
    match register {
        None => found.ok_or_else(|| unknown_store(store)),
        Some(register) => found
            .filter(|found| found.registers.contains_key(*register))
            .ok_or_else(|| unknown_place(engine, store, register)),
    }
}

fn search_of(
    question: &Question<'_>,
    from: Option<&str>,
    to: Option<&str>,
    store: &StoreSettings,
) -> Result<Search, Fault> {
    let from = from.map(|text| period::from("from", text, store)).transpose()?;
    let to = to.map(|text| period::to("to", text, store)).transpose()?;
    if from.zip(to).is_some_and(|(from, to)| from >= to) {
        return Err(Fault::invalid(
            "from",
            "the period ends before it begins: from must be before the end of to",
        ));
    }
    Ok(Search { from, to, ..Search::of(question.store.clone()) })
}

/// Walks over what matches, newest first, until `look` has seen enough. Returns the last one that was looked at if there may
/// be more.
async fn walk(
    engine: &Engine,
    mut search: Search,
    mut look: impl FnMut(&Payment) -> bool + Send,
) -> Result<Option<PaymentId>, StoreError> {
    let mut seen = 0;
    loop {
        let page = engine.parts().store.search(&search, PAGE).await?;
        for payment in &page {
            if !look(payment) {
                return Ok(Some(payment.id));
            }
        }
        seen += page.len();
        match page.last() {
            Some(last) if seen >= LOOKED_AT_MOST => return Ok(Some(last.id)),
            Some(last) if page.len() == PAGE => search.before = Some((last.opened_at, last.id)),
            _ => return Ok(None),
        }
    }
}

/// A cash link can be paid only at a plate of a register.
fn has_plate(registers: &[&RegisterSettings], offer: &Offer) -> bool {
    registers.iter().any(|register| register.plates.contains_key(&offer.route.server))
}

const KINDS: [CodeKind; 4] = [CodeKind::Dynamic, CodeKind::Static, CodeKind::CashLink, CodeKind::Buyer];

fn describe(
    engine: &Engine,
    store: &StoreSettings,
    registers: &[&RegisterSettings],
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
        .filter(|(kind, offer)| *kind != CodeKind::CashLink || has_plate(registers, offer))
        .collect();
    let ready = || offers.iter().filter(|(kind, _)| *kind == its.code);
    let is_ill = |offer: &Offer| engine.gives_no_codes(&offer.route.server, engine.now());
    let bars: Option<Vec<&str>> = ready().map(|(_, offer)| engine.bars_codes(&offer.route.server)).collect();
    let barred = bars.and_then(|bars| bars.first().copied());
    let reason = if ready().next().is_none() {
        Some(format!(
            "none of its authorization servers is ready for {} codes in {}",
            its.code.word(),
            store.currency.code()
        ))
    } else if let Some(why) = barred {
        Some(format!("its authorization server {why}"))
    } else if ready().all(|(_, offer)| is_ill(offer)) {
        Some("its bank has not answered for a while: it is tried again every few seconds".to_owned())
    } else {
        None
    };
    TypeBody {
        code: code.to_string(),
        name: its.name.clone(),
        is_default: *code == store.default_payment_type,
        available: reason.is_none(),
        reason,
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
