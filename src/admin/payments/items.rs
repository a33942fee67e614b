//! A refund by items: what goods come back to, before the refund's own form.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use payment::{Currency, Item, Money, Payment};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::deeds::{LONGEST_REASON, offer_of};
use super::one::{address, record_of};
use super::place::PLACE;
use super::show::{amount, sum};
use crate::amounts;
use crate::failure::{Failure, page as answer};
use crate::frame::Frame;
use crate::guard::Asker;
use crate::state::Admin;
use crate::words::Words;

/// Quantities have at most so many decimal places: grams of a tonne.
const PLACES: usize = 6;
const ONE: i128 = 10_i128.pow(6);
/// The largest quantity of a line, in millionths.
const LARGEST: i128 = 1_000_000_000 * ONE;

#[derive(Template)]
#[template(path = "items.html")]
struct ItemsPage {
    frame: Frame,
    address: String,
    payment: String,
    text: String,
    lines: Vec<Line>,
}

struct Line {
    number: usize,
    name: String,
    /// How much of it was sold.
    sold: String,
    sum: String,
    /// What was typed.
    value: String,
    wrong: Option<String>,
    /// Its sum is known.
    can_be_chosen: bool,
}

/// `GET …/items`: the goods, and once some are chosen, on to the form with their sum.
pub(crate) async fn page(
    State(admin): State<Arc<Admin>>,
    asker: Asker,
    Path(place): Path<(String, String)>,
    Query(typed): Query<BTreeMap<String, String>>,
) -> Result<Response, Failure> {
    let words = asker.words();
    let payment = record_of(&admin, &place).await?.payment;
    let items = &payment.checkout.details.items;
    let offer = offer_of(&payment, None).ok().filter(|offer| offer.in_parts && !items.is_empty());
    let Some(offer) = offer else {
        // The refund's own page says why not, or how else.
        return Ok(Redirect::to(&format!("{}/refund", address(&payment))).into_response());
    };
    let quantities = Typed::of(&typed, items.len());
    if typed.is_empty() {
        return Ok(draw(&asker, &words, &payment, &typed, &[], None));
    }
    if quantities.0.is_empty() {
        let page = draw(&asker, &words, &payment, &typed, &[], Some(words.text("wrong-no-items")));
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (alarm, wrong) = match chosen(items, &quantities) {
        Err(wrong) => (None, wrong),
        Ok(chosen) if chosen.minor > offer.most.minor() => {
            let most = [("amount", amount(&words, offer.most))];
            (Some(words.fill("wrong-amount-left", &most)), Vec::new())
        }
        Ok(chosen) => {
            let currency = payment.checkout.amount.currency();
            return Ok(Redirect::to(&form_address(&words, &payment, &chosen, currency)).into_response());
        }
    };
    let page = draw(&asker, &words, &payment, &typed, &wrong, alarm);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn form_address(words: &Words, payment: &Payment, chosen: &Chosen, currency: Currency) -> String {
    let escaped = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let money = Money::try_new(chosen.minor, currency);
    let money = money.map(|money| amounts::typed(words, money)).unwrap_or_default();
    let (money, names) = (escaped(&money), escaped(&chosen.names));
    format!("{}/refund?amount={money}&reason={names}", address(payment))
}

fn draw(
    asker: &Asker,
    words: &Words,
    payment: &Payment,
    typed: &BTreeMap<String, String>,
    wrong: &[usize],
    alarm: Option<String>,
) -> Response {
    let line = |(number, item): (usize, &Item)| Line {
        number,
        name: item.name.clone(),
        sold: words.decimal(item.quantity.as_deref().unwrap_or("1")),
        sum: line_sum(item)
            .map_or_else(|| "—".to_owned(), |minor| sum(words, minor, payment.checkout.amount.currency())),
        value: typed.get(&format!("q{number}")).cloned().unwrap_or_default(),
        wrong: wrong.contains(&number).then(|| words.text("wrong-quantity")),
        can_be_chosen: line_sum(item).is_some(),
    };
    let items = &payment.checkout.details.items;
    answer(&ItemsPage {
        address: format!("{}/items", address(payment)),
        payment: address(payment),
        text: words.text("items-text"),
        lines: items.iter().enumerate().map(line).collect(),
        frame: Frame::of(asker, words.text("items-title")).with_alarm(alarm).at(PLACE),
    })
}

/// Quantities as they were typed, by the number of the line.
struct Typed<'a>(Vec<(usize, &'a str)>);

impl<'a> Typed<'a> {
    fn of(typed: &'a BTreeMap<String, String>, lines: usize) -> Self {
        let of_line = |number: usize| {
            let text = typed.get(&format!("q{number}"))?.trim();
            (!text.is_empty()).then_some((number, text))
        };
        Self((0..lines).filter_map(of_line).collect())
    }
}

/// What is to go back.
#[derive(Debug, PartialEq, Eq)]
struct Chosen {
    minor: i64,
    /// The goods in one line, for the refund's reason.
    names: String,
}

/// The sum of the chosen quantities; an error names the lines whose quantity is none, or more than was sold.
fn chosen(items: &[Item], typed: &Typed<'_>) -> Result<Chosen, Vec<usize>> {
    let (mut minor, mut names, mut wrong) = (0_i64, Vec::new(), Vec::new());
    for (number, text) in &typed.0 {
        let part = items.get(*number).and_then(|item| Some((item, part_of(item, text)?)));
        match part {
            Some((item, part)) => {
                minor = minor.saturating_add(part);
                names.push(format!("{} × {text}", item.name));
            }
            None => wrong.push(*number),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let names: String =
        names.join("; ").chars().filter(|sign| !sign.is_control()).take(LONGEST_REASON).collect();
    Ok(Chosen { minor, names })
}

/// What a part of a line costs, rounded to the nearest minor unit, halves up; all of it costs the line's sum.
fn part_of(item: &Item, text: &str) -> Option<i64> {
    let (wanted, sold) = (millionths(text)?, sold(item)?);
    if wanted > sold {
        return None;
    }
    let whole = i128::from(line_sum(item)?);
    let part = (whole * wanted * 2 + sold) / (sold * 2);
    i64::try_from(part).ok().filter(|part| *part > 0)
}

/// The sum of a line in minor units: as it was told, or the price of one times the quantity.
fn line_sum(item: &Item) -> Option<i64> {
    let sold = sold(item)?;
    let told = item.amount.or_else(|| {
        let sum = (i128::from(item.price?) * sold + ONE / 2) / ONE;
        i64::try_from(sum).ok()
    });
    told.filter(|minor| *minor > 0)
}

fn sold(item: &Item) -> Option<i128> {
    item.quantity.as_deref().map_or(Some(ONE), millionths)
}

/// A quantity above zero, such as `2` or `0,340`, in millionths.
fn millionths(text: &str) -> Option<i128> {
    let text = text.trim();
    let (whole, rest) = text.split_once([',', '.']).unwrap_or((text, ""));
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 10 || rest.len() > PLACES || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let number: i128 = format!("{whole}{rest:0<PLACES$}").parse().ok()?;
    (0 < number && number <= LARGEST).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(name: &str, quantity: Option<&str>, price: Option<i64>, amount: Option<i64>) -> Item {
        Item { name: name.to_owned(), quantity: quantity.map(str::to_owned), price, amount }
    }

    #[test]
    fn a_part_of_a_line_costs_its_part_of_the_sum_and_all_of_it_the_sum() {
        let milk = item("Milk", Some("3"), Some(3_333), Some(10_000));
        let cheese = item("Cheese", Some("0.340"), Some(99_900), None);
        let bag = item("Bag", None, None, Some(500));
        let unknown = item("?", Some("2"), None, None);
        let odd = item("Odd", Some("much"), Some(5), Some(5));
        for (item, text, part) in [
            (&milk, "3", Some(10_000)),
            (&milk, "1", Some(3_333)),
            (&milk, "2", Some(6_667)),
            (&milk, "3.000001", None),
            (&milk, "0", None),
            (&milk, "-1", None),
            (&milk, "all", None),
            (&cheese, "0,340", Some(33_966)),
            (&cheese, "0.1", Some(9_990)),
            (&bag, "1", Some(500)),
            (&bag, "0.5", Some(250)),
            (&unknown, "1", None),
            (&odd, "1", None),
            (&milk, "0.0000001", None),
            (&milk, "99999999999", None),
        ] {
            assert_eq!(part_of(item, text), part, "{text} of {}", item.name);
        }
    }

    #[test]
    fn what_is_chosen_is_summed_and_named_and_what_can_not_be_is_told_by_its_line() {
        let items = [item("Milk", Some("2"), None, Some(200)), item("Bread", None, None, Some(70))];
        let typed = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let both = typed(&[("q0", "1"), ("q1", " 1 "), ("q7", "1")]);
        let found = chosen(&items, &Typed::of(&both, items.len()));
        assert_eq!(found, Ok(Chosen { minor: 170, names: "Milk × 1; Bread × 1".to_owned() }));
        let wrong = typed(&[("q0", "3"), ("q1", "1")]);
        assert_eq!(chosen(&items, &Typed::of(&wrong, items.len())), Err(vec![0]));
        assert!(Typed::of(&typed(&[("q0", "")]), items.len()).0.is_empty());
    }
}
