//! One change of the engine.
//!
//! Statements are few on purpose: accepting a checkout is three inserts (operation, payment, journal), issuing a code
//! one update and one insert, and each change is one script.

use async_trait::async_trait;
use engine::ports::{Change, CommitError, CreditRow, LinkChange, LinkKey, PaymentChange, StoreError};

use super::job::{Refusal, Work};
use super::script::Script;
use super::session::Session;
use crate::error::unusable;
use crate::rows::{JournalColumns, OperationColumns, PaymentColumns, StateColumns, journal_columns, signed};
use crate::sql;

/// A change as rows.
pub(super) struct Commit {
    epoch: u64,
    at: i64,
    operation: Option<OperationColumns>,
    payment: Option<PaymentRows>,
}

struct PaymentRows {
    writing: Writing,
    state: StateColumns,
    journal: Vec<JournalColumns>,
    credits: Vec<CreditRow>,
    links: LinkChange,
}

enum Writing {
    /// The payment becomes known.
    First(Box<PaymentColumns>),
    /// The payment changes, if it still is as it was when the change was decided.
    Next { expected_sequence: i64 },
}

impl Commit {
    pub(super) fn of(change: &Change) -> Result<Self, StoreError> {
        Ok(Self {
            epoch: change.epoch,
            at: change.at.as_micros(),
            operation: change.operation.as_ref().map(OperationColumns::of),
            payment: change.payment.as_ref().map(PaymentRows::of).transpose()?,
        })
    }
}

impl PaymentRows {
    fn of(change: &PaymentChange) -> Result<Self, StoreError> {
        let writing = match change.expected_sequence {
            None => Writing::First(Box::new(PaymentColumns::of(&change.payment)?)),
            Some(sequence) => Writing::Next { expected_sequence: signed("sequence", sequence)? },
        };
        Ok(Self {
            writing,
            state: StateColumns::of(change)?,
            journal: journal_columns(&change.journal)?,
            credits: change.credits.clone(),
            links: change.links.clone(),
        })
    }
}

impl Refusal for CommitError {
    fn database(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}

#[async_trait]
impl Work for Commit {
    type Done = ();
    type Refusal = CommitError;

    async fn perform(self, session: &mut Session) -> Result<(), CommitError> {
        if self.epoch < session.newest_epoch {
            return Err(CommitError::Lapsed);
        }
        let (script, expected) = self.script()?;
        let outcome = session.run(script).await;
        // What a statement did not find or found taken is the reason, also when a later one failed because of it.
        for (affected, expected) in outcome.affected.iter().zip(expected) {
            if *affected == 0
                && let Some(refusal) = expected.refusal()
            {
                return Err(refusal);
            }
        }
        outcome.error.map_or(Ok(()), |error| Err(unusable(&error).into()))
    }
}

/// What a statement that affects no row means.
#[derive(Clone, Copy)]
enum Expected {
    Operation,
    /// It may affect nothing.
    Anything,
    SolePayment,
    Payment,
    Credit,
    Link,
    Facts,
}

impl Expected {
    fn refusal(self) -> Option<CommitError> {
        match self {
            Self::Operation => Some(CommitError::Duplicate),
            Self::Anything => None,
            Self::SolePayment => Some(CommitError::RegisterBusy),
            Self::Payment => Some(CommitError::Conflict),
            Self::Credit => Some(CommitError::CreditTaken),
            Self::Link => Some(CommitError::LinkTaken),
            Self::Facts => Some(StoreError("facts were not taken into the journal".to_owned()).into()),
        }
    }
}

impl Commit {
    /// The statements, and what each of them must affect. The operation goes first: a known one makes the change a
    /// duplicate, whatever else is wrong with it.
    fn script(self) -> Result<(Script, Vec<Expected>), StoreError> {
        let mut script = Script::default();
        let mut expected = Vec::with_capacity(4);
        if let Some(operation) = self.operation {
            insert_operation(&mut script, operation, self.at);
            expected.push(Expected::Operation);
        }
        let Some(rows) = self.payment else { return Ok((script, expected)) };
        let payment = rows.state.id.clone();
        let epoch = signed("epoch", self.epoch)?;
        match rows.writing {
            Writing::First(first) => {
                if let Some(superseded) = first.supersedes.as_ref().filter(|_| first.is_sole) {
                    give_up_register(&mut script, &first, superseded.clone());
                    expected.push(Expected::Anything);
                }
                expected.push(if first.is_sole { Expected::SolePayment } else { Expected::Payment });
                insert_payment(&mut script, *first, rows.state, epoch);
            }
            Writing::Next { expected_sequence } => {
                expected.push(Expected::Payment);
                update_payment(&mut script, rows.state, epoch, expected_sequence);
            }
        }
        for credit in &rows.credits {
            insert_credit(&mut script, credit, &payment);
            expected.push(Expected::Credit);
        }
        for link in &rows.links.taken {
            take_link(&mut script, link, &payment, self.at);
            expected.push(Expected::Link);
        }
        for link in &rows.links.freed {
            free_link(&mut script, link, &payment);
            expected.push(Expected::Anything);
        }
        let mut journal = rows.journal.into_iter();
        while let some @ 1.. = journal.len().min(sql::JOURNAL_ROWS) {
            insert_journal(&mut script, journal.by_ref().take(some), some, &payment, self.at);
            expected.push(Expected::Facts);
        }
        Ok((script, expected))
    }
}

fn insert_operation(script: &mut Script, row: OperationColumns, at: i64) {
    script
        .statement(sql::INSERT_OPERATION)
        .bind(row.operation)
        .bind(row.register)
        .bind(row.store)
        .bind(at)
        .bind(row.kind)
        .bind(row.essence)
        .bind(row.payment)
        .bind(row.code)
        .bind(row.field)
        .bind(row.reason);
}

fn give_up_register(script: &mut Script, first: &PaymentColumns, superseded: String) {
    script
        .statement(sql::GIVE_UP_REGISTER)
        .bind(first.store.clone())
        .bind(first.register.clone())
        .bind(superseded);
}

fn insert_payment(script: &mut Script, first: PaymentColumns, state: StateColumns, epoch: i64) {
    script
        .statement(sql::INSERT_PAYMENT)
        .bind(state.id)
        .bind(first.store)
        .bind(first.register)
        .bind(first.operation)
        .bind(first.payment_type)
        .bind(first.amount_minor)
        .bind(first.currency)
        .bind(first.receipt)
        .bind(state.status)
        .bind(state.is_open)
        .bind(first.opened_at)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(first.checkout)
        .bind(state.state)
        .bind(first.shift)
        .bind(first.is_sole)
        .bind(state.fiscal_due)
        .bind(state.code)
        .bind(state.payer);
}

fn update_payment(script: &mut Script, state: StateColumns, epoch: i64, expected_sequence: i64) {
    script
        .statement(sql::UPDATE_PAYMENT)
        .bind(state.status)
        .bind(state.is_open)
        .bind(state.wake_at)
        .bind(state.settled)
        .bind(state.sequence)
        .bind(epoch)
        .bind(state.state)
        .bind(state.is_open)
        .bind(state.fiscal_due)
        .bind(state.code)
        .bind(state.payer)
        .bind(state.id)
        .bind(expected_sequence);
}

fn insert_credit(script: &mut Script, credit: &CreditRow, payment: &str) {
    script
        .statement(sql::INSERT_CREDIT)
        .bind(credit.server.to_string())
        .bind(credit.transaction.to_string())
        .bind(payment.to_owned())
        .bind(credit.is_believed);
}

fn take_link(script: &mut Script, key: &LinkKey, payment: &str, at: i64) {
    script
        .statement(sql::TAKE_LINK)
        .bind(key.server.to_string())
        .bind(key.link.to_string())
        .bind(payment.to_owned())
        .bind(at);
}

fn free_link(script: &mut Script, key: &LinkKey, payment: &str) {
    script
        .statement(sql::FREE_LINK)
        .bind(key.server.to_string())
        .bind(key.link.to_string())
        .bind(payment.to_owned());
}

fn insert_journal(
    script: &mut Script,
    rows: impl Iterator<Item = JournalColumns>,
    count: usize,
    payment: &str,
    at: i64,
) {
    script.statement(sql::insert_journal(count));
    for row in rows {
        script.bind(payment.to_owned()).bind(row.sequence).bind(row.copy).bind(at).bind(row.fact);
        let delivered = row.event.as_ref().map(|event| event.delivered);
        let event =
            row.event.map(|event| (event.store, event.register, event.operation, event.name, event.body));
        let (store, register, operation, name, body) = match event {
            Some((store, register, operation, name, body)) => {
                (Some(store), Some(register), Some(operation), Some(name), Some(body))
            }
            None => (None, None, None, None, None),
        };
        script.bind(store).bind(register).bind(operation).bind(name).bind(body).bind(delivered);
    }
}
