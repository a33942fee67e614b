//! Rows of `operations`.

use engine::ports::{OperationKey, OperationKind, OperationRecord, StoreError};
use payment::{OperationId, RegisterId, RejectCode, StoreId};

use super::parsed;
use crate::error::damaged;

/// One row, as it is written and read.
#[derive(Default, sqlx::FromRow)]
pub(crate) struct OperationColumns {
    pub(crate) operation: String,
    pub(crate) register: String,
    pub(crate) store: String,
    pub(crate) kind: String,
    pub(crate) essence: Option<String>,
    pub(crate) payment: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) field: Option<String>,
    pub(crate) reason: Option<String>,
}

impl OperationColumns {
    pub(crate) fn of(record: &OperationRecord) -> Self {
        let row = Self {
            operation: record.key.operation.to_string(),
            register: record.key.register.to_string(),
            store: record.key.store.to_string(),
            essence: record.essence.clone(),
            ..Self::default()
        };
        match &record.kind {
            OperationKind::Pay(payment) => {
                Self { kind: "pay".to_owned(), payment: Some(payment.to_string()), ..row }
            }
            OperationKind::Refund(payment) => {
                Self { kind: "refund".to_owned(), payment: Some(payment.to_string()), ..row }
            }
            OperationKind::Tombstone => Self { kind: "tombstone".to_owned(), ..row },
            OperationKind::Rejected { code, field, reason } => Self {
                kind: "rejected".to_owned(),
                code: Some(code.word().to_owned()),
                field: field.clone(),
                reason: Some(reason.clone()),
                ..row
            },
        }
    }

    pub(crate) fn record(self) -> Result<OperationRecord, StoreError> {
        let what =
            format!("operation {:?} of register {} in store {}", self.operation, self.register, self.store);
        let key = OperationKey {
            store: parsed(&what, StoreId::parse(&self.store))?,
            register: parsed(&what, RegisterId::parse(&self.register))?,
            operation: parsed(&what, OperationId::parse(&self.operation))?,
        };
        let payment = || {
            let id = self.payment.as_deref().ok_or_else(|| damaged(&what, "no payment"))?;
            parsed(&what, id.parse())
        };
        let kind = match self.kind.as_str() {
            "pay" => OperationKind::Pay(payment()?),
            "refund" => OperationKind::Refund(payment()?),
            "tombstone" => OperationKind::Tombstone,
            "rejected" => OperationKind::Rejected {
                code: reject_code(self.code.as_deref()).ok_or_else(|| damaged(&what, "unknown code"))?,
                field: self.field.clone(),
                reason: self.reason.clone().unwrap_or_default(),
            },
            other => return Err(damaged(&what, format_args!("unknown kind {other:?}"))),
        };
        Ok(OperationRecord { key, essence: self.essence, kind })
    }
}

fn reject_code(word: Option<&str>) -> Option<RejectCode> {
    RejectCode::ALL.iter().copied().find(|code| Some(code.word()) == word)
}
