//! The form of a store.

use std::time::Duration;

use engine::settings::StoreSettings;
use payment::{Currency, LateMoney, Money, PaymentTypeCode, StoreId};

use super::save::{MARK, mark};
use crate::amounts;
use crate::form::{Field, Form, Kind, Sent, Wrong};
use crate::words::Words;

/// Currencies of the countries that payment modules are made for, the usual one first.
pub(super) const CURRENCIES: [&str; 5] = ["RUB", "KZT", "KGS", "INR", "UZS"];
const LANGUAGES: [&str; 5] = ["ru", "en", "kk", "ky", "hi"];
/// What a new store's till names unless somebody chooses another code.
const USUAL_TYPE: &str = "sbp";

/// What was typed, or what is stored.
pub(super) enum Filled<'a> {
    Sent(&'a Sent),
    Stored(&'a StoreSettings),
    Fresh,
}

/// The form; `id` is the store that is there already.
pub(super) fn form(words: &Words, id: Option<(&StoreId, &StoreSettings)>, filled: &Filled<'_>) -> Form {
    let text = |name: &str| match filled {
        Filled::Sent(sent) => sent.text(name).to_owned(),
        Filled::Stored(store) => stored(words, store, name),
        Filled::Fresh => fresh(name).to_owned(),
    };
    let action = id.map_or("/admin/stores/new".to_owned(), |(id, _)| format!("/admin/stores/{id}/settings"));
    let mut form = Form::new(action, words.text("save"));
    if id.is_none() {
        form = form.with(Field::new(words, "store_id", Kind::Line, text("store_id")).required());
    }
    let languages = LANGUAGES.map(|code| (code.to_owned(), words.text(&format!("language-{code}"))));
    let currencies = CURRENCIES.map(|code| (code.to_owned(), words.text(&format!("currency-{code}"))));
    let late = ["refund", "offer"].map(|word| (word.to_owned(), words.text(&format!("late-{word}"))));
    form = form
        .with(Field::new(words, "name", Kind::Line, text("name")).required())
        .with(Field::new(words, "zone", Kind::Line, text("zone")).required())
        .with(Field::new(words, "language", Kind::One(languages.into()), text("language")))
        .with(Field::new(words, "currency", Kind::One(currencies.into()), text("currency")));
    if let Some((_, store)) = id.filter(|(_, store)| !store.payment_types.is_empty()) {
        let types = store.payment_types.iter();
        let types = types.map(|(code, its)| (code.to_string(), format!("{} ({code})", its.name))).collect();
        let value = text("default_payment_type");
        form = form.with(Field::new(words, "default_payment_type", Kind::One(types), value));
    }
    form.with(Field::new(words, "late_money", Kind::One(late.into()), text("late_money")))
        .with(Field::new(words, "claim_within_s", Kind::Number(Some("unit-s")), text("claim_within_s")))
        .with(Field::new(words, "second_person_above", Kind::Decimal, text("second_person_above")))
        .with(Field::hidden(MARK, id.map(|(_, store)| mark_of(store)).unwrap_or_default()))
}

/// The mark of a store's own fields.
pub(super) fn mark_of(store: &StoreSettings) -> String {
    let own = StoreSettings { registers: [].into(), payment_types: [].into(), ..store.clone() };
    mark(Some(&own))
}

fn fresh(name: &str) -> &'static str {
    match name {
        "zone" => "Europe/Moscow",
        "language" => "ru",
        "currency" => "RUB",
        "late_money" => "refund",
        "claim_within_s" => "600",
        _ => "",
    }
}

fn stored(words: &Words, store: &StoreSettings, name: &str) -> String {
    match name {
        "name" => store.name.clone(),
        "zone" => store.zone.clone(),
        "language" => store.language.clone(),
        "currency" => store.currency.code().to_owned(),
        "default_payment_type" => store.default_payment_type.to_string(),
        "late_money" => match store.late_money {
            LateMoney::Refund => "refund".to_owned(),
            LateMoney::Offer { .. } => "offer".to_owned(),
        },
        "claim_within_s" => match store.late_money {
            LateMoney::Refund => "600".to_owned(),
            LateMoney::Offer { claim_within } => claim_within.as_secs().to_string(),
        },
        "second_person_above" => {
            let above = store.second_person_above_minor;
            above.map(|minor| threshold(words, minor, store.currency)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// An amount as it stands in a field; nothing is `0`.
fn threshold(words: &Words, minor: i64, currency: Currency) -> String {
    let money = Money::try_new(minor, currency);
    money.map_or_else(|_| "0".to_owned(), |money| amounts::typed(words, money))
}

/// Above which amount a refund needs a second person: empty means never, 0 always.
fn above_minor(text: &str, currency: Currency) -> Result<Option<i64>, ()> {
    match text {
        "" => Ok(None),
        text if text.trim_matches(['0', '.', ',']).is_empty() => Ok(Some(0)),
        text => amounts::read(text, currency).map(|money| Some(money.minor())).ok_or(()),
    }
}

/// Reads the form into a store: what it does not have stays. What has another form is told at its field.
pub(super) fn read(
    words: &Words,
    sent: &Sent,
    store: Option<&StoreSettings>,
) -> Result<StoreSettings, Wrong> {
    let mut wrong = Wrong::default();
    let currency = Currency::parse(sent.text("currency")).ok();
    if currency.is_none() {
        wrong.field(words, "currency");
    }
    let late_money = late_money(words, sent, "late_money", &mut wrong);
    let above = above_minor(sent.text("second_person_above"), currency.unwrap_or(Currency::RUB));
    if above.is_err() {
        wrong.field(words, "second_person_above");
    }
    let kept = store.map_or(USUAL_TYPE, |store| store.default_payment_type.as_str());
    let asked = Some(sent.text("default_payment_type")).filter(|asked| !asked.is_empty());
    let default_payment_type = PaymentTypeCode::parse(asked.unwrap_or(kept)).ok();
    if default_payment_type.is_none() {
        wrong.field(words, "default_payment_type");
    }
    let (Some(currency), Some(late_money), Some(default_payment_type), Ok(second_person_above_minor)) =
        (currency, late_money, default_payment_type, above)
    else {
        return Err(wrong);
    };
    Ok(StoreSettings {
        name: sent.text("name").to_owned(),
        zone: sent.text("zone").to_owned(),
        language: sent.text("language").to_owned(),
        currency,
        default_payment_type,
        late_money,
        second_person_above_minor,
        screens: store.map(|store| store.screens.clone()).unwrap_or_default(),
        registers: store.map(|store| store.registers.clone()).unwrap_or_default(),
        payment_types: store.map(|store| store.payment_types.clone()).unwrap_or_default(),
    })
}

/// The policy for late money that is chosen in a field; `None`: none of the list, or no sensible time to claim it.
pub(super) fn late_money(words: &Words, sent: &Sent, name: &str, wrong: &mut Wrong) -> Option<LateMoney> {
    match sent.text(name) {
        "refund" => Some(LateMoney::Refund),
        "offer" => {
            let seconds = sent.text("claim_within_s").parse().ok();
            let seconds = seconds.filter(|seconds| (1..=86_400).contains(seconds));
            if seconds.is_none() {
                wrong.field(words, "claim_within_s");
            }
            Some(LateMoney::Offer { claim_within: Duration::from_secs(seconds?) })
        }
        _ => {
            wrong.at(name, words.text("wrong-late-money"));
            None
        }
    }
}
