//! What stands for the rest of the process: it notes what it is asked, and answers as it is told.

use std::sync::{Arc, Mutex};

use engine::doors::{Claim, Deed, Desk, Incoming, LastCommand, Outcome, Registers, Undone};
use engine::ports::{Destination, EventRow, OperationKey, OperationKind, StoreError};
use engine::{BankCondition, BankPart};
use payment::{Payment, PaymentId, ServerId, StoreId};
use tokio::sync::broadcast;

use crate::{BrokerCondition, Letter, Letters, Wanted, Watch};

/// A desk that notes what it is asked to do, and answers as it is told.
#[derive(Default)]
pub(crate) struct Notebook {
    pub(crate) asked: Mutex<Vec<(PaymentId, Deed)>>,
    pub(crate) refusal: Mutex<Option<Undone>>,
    pub(crate) claimed: Mutex<Vec<Claim>>,
    pub(crate) released: Mutex<Vec<Destination>>,
    /// What each register sent last.
    pub(crate) heard: Mutex<Option<LastCommand>>,
}

#[async_trait::async_trait]
impl Desk for Notebook {
    async fn carry_out(&self, payment: PaymentId, deed: Deed) -> Result<Arc<Payment>, Undone> {
        self.asked.lock().unwrap().push((payment, deed));
        match self.refusal.lock().unwrap().clone() {
            Some(undone) => Err(undone),
            None => Ok(Arc::new(super::samples::paid(1))),
        }
    }

    async fn claim(&self, claim: Claim) -> Result<Arc<Payment>, Undone> {
        self.claimed.lock().unwrap().push(claim);
        match self.refusal.lock().unwrap().clone() {
            Some(undone) => Err(undone),
            None => Ok(Arc::new(super::samples::paid(1))),
        }
    }

    fn release(&self, register: &Destination) {
        self.released.lock().unwrap().push(register.clone());
    }

    fn last_command(&self, _: &Destination) -> Option<LastCommand> {
        self.heard.lock().unwrap().clone()
    }

    fn changes(&self) -> broadcast::Receiver<Destination> {
        broadcast::channel(1).1
    }
}

/// A register's door that notes what it is asked, and answers as it is told.
#[derive(Default)]
pub(crate) struct Till {
    pub(crate) asked: Mutex<Vec<Incoming>>,
    pub(crate) answer: Mutex<Option<Outcome>>,
}

#[async_trait::async_trait]
impl Registers for Till {
    async fn answer(&self, incoming: Incoming) -> Outcome {
        self.asked.lock().unwrap().push(incoming);
        let told = self.answer.lock().unwrap().clone();
        told.unwrap_or_else(|| Outcome::Changed(Arc::new(super::samples::accepted(1))))
    }

    async fn answer_store(
        &self,
        _: &StoreId,
        _: &str,
        _: &serde_json::Map<String, serde_json::Value>,
    ) -> Outcome {
        Outcome::Later
    }

    async fn operation(&self, _: &OperationKey) -> Result<Option<OperationKind>, StoreError> {
        Ok(None)
    }

    async fn payment(&self, _: PaymentId) -> Result<Option<Payment>, StoreError> {
        Ok(None)
    }

    async fn events_of_payment(&self, _: &Payment, _: u64) -> Result<Vec<EventRow>, StoreError> {
        Ok(Vec::new())
    }

    async fn events_behind(&self, _: &Destination, _: i64, _: usize) -> Result<Vec<EventRow>, StoreError> {
        Ok(Vec::new())
    }

    async fn newest_event(&self, _: &Destination) -> Result<i64, StoreError> {
        Ok(0)
    }
}

/// A process that is well, and dead letters that tests put there.
#[derive(Default)]
pub(crate) struct Yard {
    pub(crate) letters: Mutex<Vec<Letter>>,
    pub(crate) trouble: Mutex<Option<String>>,
    /// How the broker is, if it is not well.
    pub(crate) broker: Mutex<Option<BrokerCondition>>,
    pub(crate) replayed: Mutex<Vec<Wanted>>,
}

#[async_trait::async_trait]
impl Letters for Yard {
    async fn list(&self, limit: usize) -> Result<Vec<Letter>, String> {
        match self.trouble.lock().unwrap().clone() {
            Some(trouble) => Err(trouble),
            None => Ok(self.letters.lock().unwrap().iter().take(limit).cloned().collect()),
        }
    }

    async fn replay(&self, _limit: usize, wanted: Wanted) -> Result<usize, String> {
        if let Some(trouble) = self.trouble.lock().unwrap().clone() {
            return Err(trouble);
        }
        self.replayed.lock().unwrap().push(wanted.clone());
        let mut letters = self.letters.lock().unwrap();
        let before = letters.len();
        letters.retain(|letter| match &wanted {
            Wanted::All => false,
            Wanted::These(ids) => !ids.contains(&letter.id),
        });
        Ok(before - letters.len())
    }
}

impl Watch for Yard {
    fn broker(&self) -> Option<BrokerCondition> {
        let well = BrokerCondition { is_ready: true, ..BrokerCondition::default() };
        Some(self.broker.lock().unwrap().clone().unwrap_or(well))
    }

    fn banks(&self) -> Vec<BankCondition> {
        vec![BankCondition {
            server: ServerId::parse("bank").unwrap(),
            is_well: false,
            ill: vec![BankPart::Orders],
            under_way: 0,
            waiting: 0,
            call_time: None,
        }]
    }

    fn version(&self) -> String {
        "1.2.3".to_owned()
    }
}
