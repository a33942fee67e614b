//! Cash links: an order of ours arms the register's plate for one sale. All that is asked later is asked by that order, never
//! by the link's id: the link belongs to the next sale a moment after this one (reference: Raiffeisen §5).

use connector_sdk::PlateRequest;
use connector_sdk::http::Answer;
use payment::{
    AnnulAnswer, CallError, Code, CodeId, Currency, IssueRequest, OrderState, Plate, RefusalKind,
    StatusAnswer, Timestamp,
};

use super::refusal::{accepted, not_offered, says};
use crate::config::Config;
use crate::wire::{self, ArmedLink, Binding, CodeAnswer, Expiry, Extra, NewLink, NewOrder, OrderAnswer};

/// The most characters of a link's label at the bank.
const DESCRIPTION_MAX_CHARS: usize = 32;

/// The body of the order that arms a plate, and the end of life that it asks for.
pub(crate) fn arming(request: &IssueRequest, plate: &Plate) -> Result<(Vec<u8>, Expiry), CallError> {
    if request.amount.currency() != Currency::RUB {
        return Err(not_offered(request.amount.currency().code()));
    }
    let expiry = wire::expiry(request.expires_at).ok_or_else(|| not_offered("a life beyond the calendar"))?;
    let purpose = wire::clean(request.purpose.as_deref());
    let body = NewOrder {
        id: request.order.to_string(),
        amount: wire::roubles(request.amount),
        comment: purpose.as_deref(),
        expiration_date: &expiry.text,
        extra: Extra::US,
        qr: ArmedLink {
            id: plate.link.as_str(),
            additional_info: purpose.as_deref(),
            payment_details: purpose.as_deref(),
        },
    };
    Ok((wire::body(&body), expiry))
}

/// Reads the answer to an arming. An order that is not the one that was asked for (another id, amount or link) is worth
/// nothing: *unknown*. So is *order already registered*: our orders are unique, so an earlier sending has worked.
pub(crate) fn armed(
    answer: &Answer,
    request: &IssueRequest,
    plate: &Plate,
    asked: Timestamp,
) -> Result<Code, CallError> {
    let body = accepted(answer).map_err(|error| match error {
        CallError::Refused(refusal) if says(&refusal, &["ORDER_NUMBER_ALREADY_REGISTERED"]) => {
            CallError::Unknown(refusal.to_string())
        }
        other => other,
    })?;
    let order: OrderAnswer<'_> = wire::answer(body)?;
    let other = |what: &str| CallError::Unknown(format!("the order that was made has another {what}"));
    if order.id.as_deref() != Some(request.order.to_string().as_str()) {
        return Err(other("id"));
    }
    if order.amount.is_some_and(|amount| wire::money(amount, Currency::RUB) != Some(request.amount)) {
        return Err(other("amount"));
    }
    if order.qr.and_then(|link| link.id).is_some_and(|link| link != plate.link.as_str()) {
        return Err(other("link"));
    }
    let expires_at = match order.expiration_date {
        Some(end) => Timestamp::parse(&end).map_err(|_| other("end than can be read"))?,
        None => asked,
    };
    Ok(Code {
        id: plate.link.clone(),
        payload: plate.payload.clone(),
        expires_at: Some(expires_at),
        payment_url: None,
    })
}

/// What `GET /api/payment/v1/orders/{id}` says of an order. It has no word for a payment in progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OrderWord {
    New,
    Paid,
    Cancelled,
    Expired,
    NotFound,
    /// A word that we don't know.
    Other,
}

pub(crate) fn order_word(answer: &Answer) -> Result<OrderWord, CallError> {
    let body = match accepted(answer) {
        Ok(body) => body,
        Err(CallError::Refused(refusal)) if says(&refusal, &["ORDER_NOT_FOUND", "NOT_FOUND"]) => {
            return Ok(OrderWord::NotFound);
        }
        Err(error) => return Err(error),
    };
    let order: OrderAnswer<'_> = wire::answer(body)?;
    let word = order.status.and_then(|status| status.value);
    let word = word.ok_or_else(|| CallError::Unknown("the order has no status".to_owned()))?;
    Ok(match word.as_str() {
        "NEW" => OrderWord::New,
        "PAID" => OrderWord::Paid,
        "CANCELLED" => OrderWord::Cancelled,
        "EXPIRED" => OrderWord::Expired,
        _ => OrderWord::Other,
    })
}

/// What became of an activation: the order's own word, and what was asked *after* it about its money. So an order that
/// was over, with nothing in progress later, is over for certain. Money that names no order may be the link's next sale's:
/// it is told without ours, for a person to look at.
pub(crate) fn status(order: &str, word: OrderWord, money: StatusAnswer) -> StatusAnswer {
    if money.order.as_deref().is_some_and(|named| named != order) {
        return StatusAnswer { order: Some(order.to_owned()), state: by_word(word) };
    }
    let state = match (money.state, word) {
        (OrderState::Declined { .. }, OrderWord::Cancelled | OrderWord::Expired)
        | (OrderState::Unpaid | OrderState::NotFound, _) => by_word(word),
        (state, _) => state,
    };
    let order = if matches!(state, OrderState::Paid(_)) { money.order } else { Some(order.to_owned()) };
    StatusAnswer { order, state }
}

/// *Paid* without its money is not believed yet: it is asked for again.
fn by_word(word: OrderWord) -> OrderState {
    match word {
        OrderWord::New => OrderState::Unpaid,
        OrderWord::Cancelled => OrderState::Annulled,
        OrderWord::Expired => OrderState::Expired,
        OrderWord::NotFound => OrderState::NotFound,
        OrderWord::Paid | OrderWord::Other => OrderState::InProgress,
    }
}

/// Reads the answer to `DELETE /api/payment/v1/orders/{id}`: an empty body with HTTP 200 is the documented *yes*. `None`:
/// the bank refused for the order's state, which says which.
pub(crate) fn withdrawal(answer: &Answer) -> Result<Option<AnnulAnswer>, CallError> {
    let body = match accepted(answer) {
        Ok(body) => body,
        Err(CallError::Refused(refusal))
            if refusal.kind == RefusalKind::Other && !says(&refusal, &["ORDER_NOT_FOUND", "NOT_FOUND"]) =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    if body.trim_ascii().is_empty() {
        return Ok(Some(AnnulAnswer::Annulled));
    }
    Ok(Some(withdrawn(order_word(answer)?)))
}

/// What an order's word says of a withdrawal that was refused. A paid one is over too, but its money comes first: status
/// tells.
pub(crate) fn withdrawn(word: OrderWord) -> AnnulAnswer {
    match word {
        OrderWord::Cancelled => AnnulAnswer::Annulled,
        OrderWord::Expired => AnnulAnswer::Expired,
        OrderWord::New | OrderWord::Paid | OrderWord::NotFound | OrderWord::Other => AnnulAnswer::NotNow,
    }
}

/// The body that makes a new plate: a cash link, or a static code without an amount that stands open.
pub(crate) fn registration(config: &Config, request: &PlateRequest) -> Vec<u8> {
    let description = description(request);
    let order = request.open_as.as_deref();
    wire::body(&NewLink {
        qr_type: if order.is_some() { "QRStatic" } else { "QRVariable" },
        sbp_merchant_id: &config.sbp_merchant_id,
        order,
        currency: order.map(|_| Currency::RUB.code()),
        binding: of_merchant(config, description.as_deref()),
    })
}

/// The body that binds a printed plate.
pub(crate) fn binding(config: &Config, request: &PlateRequest) -> Vec<u8> {
    wire::body(&of_merchant(config, description(request).as_deref()))
}

fn of_merchant<'a>(config: &'a Config, description: Option<&'a str>) -> Binding<'a> {
    Binding {
        account: config.account.as_deref(),
        redirect_url: config.redirect_url.as_deref(),
        qr_description: description,
    }
}

/// The plate that the bank made, or bound.
pub(crate) fn plate(answer: &Answer) -> Result<Plate, CallError> {
    let code: CodeAnswer = wire::answer(accepted(answer)?)?;
    let lacks = |what: &str| CallError::Unknown(format!("the plate has no {what} that can be used"));
    let link = code.qr_id.and_then(|id| CodeId::parse(&id).ok()).ok_or_else(|| lacks("qrId"))?;
    let payload = code.payload.filter(|payload| !payload.is_empty()).ok_or_else(|| lacks("payload"))?;
    Ok(Plate { link, payload })
}

fn description(request: &PlateRequest) -> Option<String> {
    let clean = wire::clean(request.description.as_deref())?;
    Some(clean.chars().take(DESCRIPTION_MAX_CHARS).collect())
}

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
