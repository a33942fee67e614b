//! What banks say, made fit to travel: into databases and the journal, to tills, onto screens. Every answer passes here on its
//! way to the engine, whatever bank it comes from.
//!
//! Texts for people are cut and lose their control characters: PostgreSQL, for one, takes no NUL, and a payment whose
//! commit is refused for a bank's text would stand still for ever. The text of a code is never changed: one that can't
//! be a code's is no answer.

use payment::{CallError, Code, OrderState, PaidNotice, Plate, RefundAnswer, Refusal, StatusAnswer};

/// The longest text of a bank that travels on, in characters.
pub const TEXT_AT_MOST_CHARS: usize = 300;

/// The longest text of a code, in bytes. A QR symbol with error correction M holds 2,331 (ISO/IEC 18004, version 40).
pub const PAYLOAD_AT_MOST_BYTES: usize = 2_000;

/// A code whose text can be shown; else *unknown*: the bank may have made one all the same.
pub fn code(code: Code) -> Result<Code, CallError> {
    if !can_be_shown(&code.payload) {
        return Err(CallError::Unknown("the code's text can't be shown in a QR symbol".to_owned()));
    }
    let payment_url = code.payment_url.filter(|url| can_be_shown(url));
    Ok(Code { payment_url, ..code })
}

/// A plate whose text can be shown.
pub fn plate(plate: Plate) -> Result<Plate, CallError> {
    if can_be_shown(&plate.payload) {
        return Ok(plate);
    }
    Err(CallError::Unknown("the plate's text can't be shown in a QR symbol".to_owned()))
}

/// The answer to a status call.
pub fn status(answer: StatusAnswer) -> StatusAnswer {
    let state = match answer.state {
        OrderState::Paid(notice) => OrderState::Paid(self::notice(notice)),
        OrderState::Declined { reason, terminal } => {
            OrderState::Declined { reason: reason.as_deref().map(text), terminal }
        }
        other => other,
    };
    StatusAnswer { order: answer.order.as_deref().map(text), state }
}

/// Money that is told of.
pub fn notice(notice: PaidNotice) -> PaidNotice {
    let PaidNotice { payer, instrument, .. } = notice;
    let (payer, instrument) = (payer.as_deref().map(text), instrument.as_deref().map(text));
    PaidNotice { payer, instrument, ..notice }
}

/// The answer to a refund.
pub fn refund(answer: RefundAnswer) -> RefundAnswer {
    match answer {
        RefundAnswer::Declined(refusal) => RefundAnswer::Declined(self::refusal(&refusal)),
        other => other,
    }
}

/// Why a call gave no answer that can be used.
pub fn error(error: CallError) -> CallError {
    match error {
        CallError::NotSent(why) => CallError::NotSent(text(&why)),
        CallError::Unknown(why) => CallError::Unknown(text(&why)),
        CallError::Refused(refusal) => CallError::Refused(self::refusal(&refusal)),
    }
}

fn refusal(refusal: &Refusal) -> Refusal {
    Refusal { kind: refusal.kind, bank_code: text(&refusal.bank_code), message: text(&refusal.message) }
}

fn text(text: &str) -> String {
    let plain = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(TEXT_AT_MOST_CHARS).collect()
}

fn can_be_shown(payload: &str) -> bool {
    (1..=PAYLOAD_AT_MOST_BYTES).contains(&payload.len()) && !payload.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use payment::{CodeId, RefusalKind};

    use super::*;

    fn code_of(payload: &str) -> Code {
        let id = CodeId::parse("AD1").unwrap();
        let payment_url = Some("https://bank.example/\u{0}".to_owned());
        Code { id, payload: payload.to_owned(), expires_at: None, payment_url }
    }

    #[test]
    fn a_code_that_no_symbol_can_hold_is_unknown_and_others_stay_as_they_are() {
        let longest = "x".repeat(PAYLOAD_AT_MOST_BYTES);
        for (payload, right) in [
            ("https://qr.nspk.ru/AD1?type=02", true),
            (longest.as_str(), true),
            ("", false),
            ("https://qr.nspk.ru/\u{0}", false),
            ("two\nlines", false),
            (&format!("{longest}x"), false),
        ] {
            match code(code_of(payload)) {
                Ok(code) => {
                    assert_eq!((right, code.payload.as_str(), code.payment_url), (true, payload, None));
                }
                Err(error) => assert!(!right && matches!(error, CallError::Unknown(_)), "{payload}: {error}"),
            }
            let link = CodeId::parse("AS1").unwrap();
            assert_eq!(plate(Plate { link, payload: payload.to_owned() }).is_ok(), right, "{payload}");
        }
    }

    #[test]
    fn texts_for_people_are_cut_and_lose_control_characters() {
        let odd = format!("no\u{0}\u{1b}[2J{}", "я".repeat(400));
        let tidied = text(&odd);
        assert!(tidied.starts_with("no  [2Jя"), "{tidied}");
        assert_eq!(tidied.chars().count(), TEXT_AT_MOST_CHARS);
        let refusal = Refusal { kind: RefusalKind::Limit, bank_code: odd.clone(), message: odd.clone() };
        let expected = Refusal { kind: RefusalKind::Limit, bank_code: text(&odd), message: text(&odd) };
        assert_eq!(error(refusal.clone().into()), expected.clone().into());
        assert_eq!(refund(RefundAnswer::Declined(refusal)), RefundAnswer::Declined(expected));
        assert_eq!(error(CallError::Unknown(odd.clone())), CallError::Unknown(text(&odd)));
        assert_eq!(error(CallError::NotSent(odd.clone())), CallError::NotSent(text(&odd)));
        let state = OrderState::Declined { reason: Some(odd.clone()), terminal: true };
        let told = status(StatusAnswer { order: Some(odd.clone()), state });
        assert_eq!(told.state, OrderState::Declined { reason: Some(text(&odd)), terminal: true });
        assert_eq!(told.order, Some(text(&odd)));
        let (payer, instrument) = (Some(odd.clone()), Some(odd.clone()));
        let money = PaidNotice { transaction: None, amount: None, paid_at: None, payer, instrument };
        let OrderState::Paid(told) =
            status(StatusAnswer { order: None, state: OrderState::Paid(money) }).state
        else {
            panic!("it is still paid")
        };
        assert_eq!((told.payer, told.instrument), (Some(text(&odd)), Some(text(&odd))));
    }
}
