//! Reading `POST /faults`. What is not understood is refused with a list of what would be.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    kind::{Call, Kind},
    table::Fault,
};
use crate::amount::scaled;

const DEFAULT_BANK: &str = "raiffeisen";
/// A day: nothing waits longer in a test.
const LONGEST_DELAY_MS: u64 = 86_400_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    #[serde(default)]
    bank: Option<String>,
    #[serde(default)]
    call: Option<String>,
    fault: String,
    /// Left out: once. Zero and null: until deleted.
    #[serde(default = "once")]
    times: Option<u32>,
    #[serde(borrow, default)]
    probability: Option<&'a RawValue>,
    #[serde(default)]
    delay_ms: Option<u64>,
    #[serde(default)]
    after: bool,
    #[serde(default)]
    reason: Option<String>,
}

#[expect(clippy::unnecessary_wraps, reason = "the field's type tells null from a number")]
const fn once() -> Option<u32> {
    Some(1)
}

/// Reads one fault, or says in plain words what is wrong with it.
pub(super) fn parse(body: &[u8], banks: &[&'static str]) -> Result<Fault, String> {
    let request: Request<'_> = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let kind = find("fault", &request.fault, Kind::ALL.as_slice(), |kind| kind.word())?;
    let delay_ms = request.delay_ms.unwrap_or(kind.default_delay_ms());
    if delay_ms > LONGEST_DELAY_MS {
        return Err(format!("delay_ms: {delay_ms} is more than {LONGEST_DELAY_MS}"));
    }
    Ok(Fault {
        id: 0,
        bank: find("bank", request.bank.as_deref().unwrap_or(DEFAULT_BANK), banks, |bank| bank)?,
        call: call_for(kind, request.call.as_deref())?,
        kind,
        times_left: request.times.filter(|times| *times > 0),
        per_mille: per_mille(request.probability)?,
        delay_ms,
        after: request.after,
        reason: request.reason,
        fired: 0,
    })
}

/// Faults of notifications take any call and mean none; those that can be seen on one call only need not
/// name it.
fn call_for(kind: Kind, word: Option<&str>) -> Result<Option<Call>, String> {
    let named = word.map(|word| find("call", word, Call::ALL.as_slice(), |call| call.word())).transpose()?;
    if kind.is_of_notifications() {
        return Ok(None);
    }
    let words = || kind.calls().iter().map(|call| call.word()).collect::<Vec<_>>().join(", ");
    match (named, kind.calls()) {
        (Some(call), calls) if calls.contains(&call) => Ok(Some(call)),
        (None, [only]) => Ok(Some(*only)),
        (Some(call), _) => {
            Err(format!("call: {} shows nothing on {}; allowed: {}", kind.word(), call.word(), words()))
        }
        (None, _) => Err(format!("call: missing; allowed for {}: {}", kind.word(), words())),
    }
}

fn per_mille(token: Option<&RawValue>) -> Result<u32, String> {
    let Some(token) = token.map(RawValue::get).filter(|token| *token != "null") else { return Ok(1000) };
    scaled(token, 3).and_then(|value| u32::try_from(value).ok()).filter(|value| *value <= 1000).ok_or_else(
        || format!("probability: {token}; allowed: a number from 0 to 1 with up to three decimals"),
    )
}

fn find<T: Copy>(field: &str, word: &str, all: &[T], name: impl Fn(&T) -> &'static str) -> Result<T, String> {
    all.iter().copied().find(|item| name(item) == word).ok_or_else(|| {
        let allowed = all.iter().map(name).collect::<Vec<_>>().join(", ");
        format!("{field}: unknown value {word:?}; allowed: {allowed}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fault, String> {
        parse(text.as_bytes(), &["raiffeisen"])
    }

    #[test]
    fn defaults_are_one_certain_time_at_raiffeisen() {
        let fault = read(r#"{"call": "create", "fault": "slow"}"#).unwrap();
        assert_eq!((fault.bank, fault.call), ("raiffeisen", Some(Call::Create)));
        assert_eq!((fault.times_left, fault.per_mille, fault.delay_ms), (Some(1), 1000, 3_000));
    }

    #[test]
    fn zero_and_null_times_mean_until_deleted() {
        for times in ["0", "null"] {
            let fault =
                read(&format!(r#"{{"call": "create", "fault": "reset", "times": {times}}}"#)).unwrap();
            assert_eq!(fault.times_left, None);
        }
    }

    #[test]
    fn faults_of_notifications_take_any_call_or_none() {
        for call in [r#""call": "status","#, r#""call": "create","#, ""] {
            let fault = read(&format!(r#"{{{call} "fault": "no_notification"}}"#)).unwrap();
            assert_eq!(fault.call, None);
        }
        assert_eq!(read(r#"{"fault": "late_success"}"#).unwrap().call, Some(Call::Cancel));
    }

    #[test]
    fn what_is_not_understood_is_answered_with_what_would_be() {
        let rows = [
            (r#"{"call": "create", "fault": "flood"}"#, "timeout_after_accept, timeout_before_accept"),
            (r#"{"call": "pay", "fault": "slow"}"#, "allowed: create, status, cancel, refund"),
            (r#"{"fault": "slow"}"#, "allowed for slow: create, status, cancel, refund"),
            (r#"{"bank": "sber", "call": "create", "fault": "slow"}"#, "allowed: raiffeisen"),
            (r#"{"call": "create", "fault": "late_success"}"#, "allowed: cancel"),
            (r#"{"call": "cancel", "fault": "wrong_id"}"#, "allowed: create, status"),
            (r#"{"call": "create", "fault": "slow", "probability": 1.5}"#, "from 0 to 1"),
            (r#"{"call": "create", "fault": "slow", "probability": "often"}"#, "from 0 to 1"),
            (r#"{"call": "create", "fault": "slow", "delay_ms": 99999999999}"#, "is more than"),
            (r#"{"call": "create", "fault": "slow", "time": 3}"#, "unknown field"),
            (r#"{"call": "create"}"#, "missing field `fault`"),
            ("[]", "invalid length"),
        ];
        for (body, part) in rows {
            let error = read(body).unwrap_err();
            assert!(error.contains(part), "{body}: {error}");
        }
    }
}
