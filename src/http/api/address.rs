//! How a path names a payment: by our id, or as `op:<store>:<register>:<operation>`, also before the pay has arrived.

use axum::http::StatusCode;
use engine::ports::{Destination, OperationKey, OperationKind};
use payment::{OperationId, Payment, PaymentId, RegisterId, StoreId};

use super::caller::{Caller, unavailable};
use crate::door::Door;
use crate::problem::Problem;

/// What a path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A payment.
    Payment(PaymentId),
    /// What a register calls by its own id: a pay or a refund, known or not.
    Operation(OperationKey),
}

/// What there is at an address.
pub(crate) enum Found {
    /// A payment.
    Payment(Box<Payment>),
    /// The operation was cancelled before its pay arrived, or was rejected: there is no payment, and there will be none.
    NeverStarted(OperationKey),
    /// No pay has arrived under this operation; it may still come.
    Nothing,
}

impl Address {
    /// Reads it from a part of a path.
    pub(crate) fn parse(part: &str, text: &str) -> Result<Self, Problem> {
        let not_an_address = || not_an_address(part);
        let Some(names) = text.strip_prefix("op:") else {
            return text.parse().map(Self::Payment).map_err(|_| not_an_address());
        };
        let mut names = names.splitn(3, ':');
        let (Some(store), Some(register), Some(operation)) = (names.next(), names.next(), names.next())
        else {
            return Err(not_an_address());
        };
        let key = || {
            Some(OperationKey {
                store: StoreId::parse(store).ok()?,
                register: RegisterId::parse(register).ok()?,
                operation: OperationId::parse(operation).ok()?,
            })
        };
        key().map(Self::Operation).ok_or_else(not_an_address)
    }

    /// The operation that it names: a payment's own, or the one that is spoken of. Only the caller's store's.
    pub(crate) async fn operation(&self, door: &Door, caller: &Caller) -> Result<OperationKey, Problem> {
        match self {
            Self::Operation(key) => own(caller, key.clone()),
            Self::Payment(id) => {
                let payment = door.parts.registers.payment(*id).await.map_err(unavailable)?;
                own(caller, key_of(&payment.ok_or_else(unknown_payment)?))
            }
        }
    }

    /// What it names. Only what is of the caller's store.
    pub(crate) async fn find(&self, door: &Door, caller: &Caller) -> Result<Found, Problem> {
        let id = match self {
            Self::Payment(id) => *id,
            Self::Operation(key) => {
                let key = own(caller, key.clone())?;
                match door.parts.registers.operation(&key).await.map_err(unavailable)? {
                    Some(OperationKind::Pay(id) | OperationKind::Refund(id)) => id,
                    Some(OperationKind::Tombstone | OperationKind::Rejected { .. }) => {
                        return Ok(Found::NeverStarted(key));
                    }
                    None => return Ok(Found::Nothing),
                }
            }
        };
        let payment = door.parts.registers.payment(id).await.map_err(unavailable)?;
        let payment = payment.ok_or_else(unknown_payment)?;
        own(caller, key_of(&payment))?;
        Ok(Found::Payment(Box::new(payment)))
    }
}

/// The register that a payment is of.
pub(crate) fn register_of(payment: &Payment) -> Destination {
    Destination { store: payment.checkout.store.clone(), register: payment.checkout.register.clone() }
}

/// Nothing is known under an operation.
pub(crate) fn unknown_operation() -> Problem {
    let detail = "No pay with this operation has been accepted; it may still come: cancel it to be sure.";
    Problem::new(StatusCode::NOT_FOUND, "unknown_operation", detail)
}

fn key_of(payment: &Payment) -> OperationKey {
    let checkout = &payment.checkout;
    OperationKey {
        store: checkout.store.clone(),
        register: checkout.register.clone(),
        operation: checkout.operation.clone(),
    }
}

fn own(caller: &Caller, key: OperationKey) -> Result<OperationKey, Problem> {
    if key.store == caller.store { Ok(key) } else { Err(caller.forbidden()) }
}

fn unknown_payment() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "unknown_operation", "There is no such payment.")
}

fn not_an_address(part: &str) -> Problem {
    let detail = "A payment is named by its id (32 hex characters) or as op:<store>:<register>:<operation>.";
    Problem::invalid(part, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_named_by_its_id_or_by_its_operation() {
        let id = PaymentId::from_uuid(7 << 12);
        assert_eq!(Address::parse("payment", &id.to_string()).unwrap(), Address::Payment(id));
        for (text, operation) in
            [("op:17:3:17-3-000123-1", "17-3-000123-1"), ("op:17:3:a:b/c", "a:b/c"), ("op:17:3: ", " ")]
        {
            let Ok(Address::Operation(key)) = Address::parse("payment", text) else {
                assert!(OperationId::parse(operation).is_err(), "{text}");
                continue;
            };
            assert_eq!((key.store.as_str(), key.register.as_str()), ("17", "3"));
            assert_eq!(key.operation.as_str(), operation);
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long = format!("op:17:3:{}", "x".repeat(65));
        for text in ["", "op:", "op:17", "op:17:3", "op:17:3:", "op:1/7:3:x", "0123", "OP:17:3:x", &long] {
            assert!(Address::parse("payment", text).is_err(), "{text}");
        }
    }
}
