//! The signature of notifications (reference: Raiffeisen §8.4).

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use serde_json::value::RawValue;
use sha2::Sha256;

use crate::wire;

/// What the bank signs, in its order. All of it as the body prints it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signed<'a> {
    pub(crate) amount: &'a RawValue,
    /// `sbpMerchantId`, or `publicId` of an event.
    pub(crate) merchant: &'a str,
    pub(crate) order: &'a str,
    pub(crate) status: &'a str,
    pub(crate) date: &'a str,
}

impl Signed<'_> {
    /// Whether `signature` (hex) is HMAC-SHA256 of this under the secret key's text.
    ///
    /// The amount is tried as printed, then in the forms that the bank's own software makes of it: its two signing
    /// helpers disagree on trailing zeros. The comparison takes the same time wherever a difference is.
    pub(crate) fn holds(&self, secret_key: &SecretString, signature: &str) -> bool {
        let Ok(given) = hex::decode(signature.trim()) else {
            return false;
        };
        let printed = self.amount.get().to_owned();
        let mut forms = std::iter::once(printed).chain(wire::signature_forms(self.amount));
        forms.any(|amount| self.code(secret_key, &amount).verify_slice(&given).is_ok())
    }

    fn code(&self, secret_key: &SecretString, amount: &str) -> Hmac<Sha256> {
        let Self { merchant, order, status, date, .. } = self;
        let mut code = Hmac::<Sha256>::new_from_slice(secret_key.expose_secret().as_bytes())
            .expect("HMAC takes a key of any length");
        code.update(format!("{amount}|{merchant}|{order}|{status}|{date}").as_bytes());
        code
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Made for these tests; the reference has its known answer.
    pub(crate) const KEY: &str = "test-secret-key";

    /// The known answer for `1110.11|MA0000000552|1-22-333|SUCCESS|2026-01-15T16:01:49.043924+03:00`.
    pub(crate) const KNOWN: &str = "0f7b4612660477bd3483b084bc67ee41f6fba090319790a913561d758a2be18a";

    /// Signs as the bank does.
    pub(crate) fn sign(key: &str, control: &str) -> String {
        let mut code = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        code.update(control.as_bytes());
        hex::encode(code.finalize().into_bytes())
    }

    fn holds(key: &str, amount: &str, signature: &str) -> bool {
        let amount = RawValue::from_string(amount.to_owned()).unwrap();
        let signed = Signed {
            amount: &amount,
            merchant: "MA0000000552",
            order: "1-22-333",
            status: "SUCCESS",
            date: "2026-01-15T16:01:49.043924+03:00",
        };
        signed.holds(&SecretString::from(key), signature)
    }

    #[test]
    fn the_known_answer_holds_and_nothing_near_it() {
        assert!(holds(KEY, "1110.11", KNOWN));
        assert!(holds(KEY, "1110.11", &KNOWN.to_uppercase()));
        assert!(holds(KEY, "1110.110", KNOWN), "printed with another number of zeros");
        for (key, amount, signature) in [
            ("another-key", "1110.11", KNOWN),
            (KEY, "1110.12", KNOWN),
            (KEY, "111011", KNOWN),
            (KEY, "1110.11", &KNOWN[..62]),
            (KEY, "1110.11", &KNOWN.replace('0', "1")),
            (KEY, "1110.11", ""),
            (KEY, "1110.11", "not hex"),
        ] {
            assert!(!holds(key, amount, signature), "{key} {amount} {signature}");
        }
    }

    #[test]
    fn the_banks_spellings_of_a_round_amount_all_hold() {
        for signed in ["10", "10.0", "10.00"] {
            let control = format!("{signed}|MA0000000552|1-22-333|SUCCESS|2026-01-15T16:01:49.043924+03:00");
            let signature = sign(KEY, &control);
            for printed in ["10", "10.0", "10.00", "1E+1"] {
                assert!(holds(KEY, printed, &signature), "signed {signed}, printed {printed}");
            }
            assert!(!holds(KEY, "10.01", &signature));
        }
    }

    #[test]
    fn an_amount_of_an_unheard_of_form_holds_as_printed() {
        let signature = sign(KEY, "1.0E7|MA0000000552|1-22-333|SUCCESS|2026-01-15T16:01:49.043924+03:00");
        assert!(holds(KEY, "1.0E7", &signature));
        assert!(!holds(KEY, "1.0E8", &signature));
    }
}
