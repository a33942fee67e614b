//! A bank that does as it is told: each call is answered by a script, or well.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use engine::ports::{Bank, Clock};
use payment::{
    AnnulAnswer, CallError, CodeId, IssueRequest, Issued, OrderRequest, PaidNotice, RefundAnswer,
    RefundRequest, Refusal, RefusalKind, StatusAnswer, Timestamp,
};

use super::crash::{Crash, Port};
use super::ledger::{Ledger, refusal};
use super::time::TestTime;

/// What is asked of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Issue,
    Status,
    LatestCredit,
    Annul,
    Refund,
    RefundStatus,
}

/// How a call is answered.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    /// As it should be.
    Well,
    /// Well, after this time.
    Slowly(Duration),
    /// As it was when the call came, told after this time.
    Stale(Duration),
    /// The bank was not reached.
    NotSent,
    /// A clear no.
    No(RefusalKind),
    /// It is done; the answer is lost.
    Lost,
    /// It is not done, and that can't be known.
    Broken,
    /// It is done, and never answered.
    Silent,
    /// It is not done, and never answered.
    Deaf,
}

/// A call that reached the bank's door.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BankCall {
    pub(crate) at: Timestamp,
    pub(crate) verb: Verb,
    /// Our number of the order or the refund.
    pub(crate) name: String,
}

/// The bank.
pub(crate) struct TestBank {
    time: Arc<TestTime>,
    crash: Arc<Crash>,
    books: Mutex<Ledger>,
    scripts: Mutex<BTreeMap<Verb, VecDeque<Answer>>>,
    always: Mutex<BTreeMap<Verb, Answer>>,
    calls: Mutex<Vec<BankCall>>,
    crowd: Mutex<Crowd>,
}

/// How many calls there are at once.
#[derive(Default)]
struct Crowd {
    now: usize,
    most: usize,
    most_of_one: usize,
    by_name: BTreeMap<(Verb, String), usize>,
}

impl TestBank {
    pub(crate) fn new(time: Arc<TestTime>, crash: Arc<Crash>) -> Self {
        Self {
            time,
            crash,
            books: Mutex::default(),
            scripts: Mutex::default(),
            always: Mutex::default(),
            calls: Mutex::default(),
            crowd: Mutex::default(),
        }
    }

    /// Answers the next calls of a verb like this, one after the other; later ones well.
    pub(crate) fn next(&self, verb: Verb, answers: &[Answer]) {
        lock(&self.scripts).entry(verb).or_default().extend(answers);
    }

    /// Answers every call of a verb like this, where no script says otherwise.
    pub(crate) fn always(&self, verb: Verb, answer: Answer) {
        lock(&self.always).insert(verb, answer);
    }

    /// The books.
    pub(crate) fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.books)
    }

    /// All calls so far.
    pub(crate) fn calls(&self) -> Vec<BankCall> {
        lock(&self.calls).clone()
    }

    /// When a verb was called, in milliseconds since the world began.
    pub(crate) fn times(&self, verb: Verb) -> Vec<u64> {
        self.calls().iter().filter(|call| call.verb == verb).map(|call| super::ms(call.at)).collect()
    }

    /// How often a verb was called.
    pub(crate) fn count(&self, verb: Verb) -> usize {
        self.times(verb).len()
    }

    /// The most calls at once.
    pub(crate) fn most_at_once(&self) -> usize {
        lock(&self.crowd).most
    }

    /// The most calls at once of one verb for one order.
    pub(crate) fn most_of_one(&self) -> usize {
        lock(&self.crowd).most_of_one
    }

    async fn call<T>(
        &self,
        verb: Verb,
        name: String,
        act: impl FnOnce(&mut Ledger, Timestamp) -> Result<T, Refusal> + Send,
    ) -> Result<T, CallError>
    where
        T: Send,
    {
        let _present = Present::arrive(self, verb, &name);
        lock(&self.calls).push(BankCall { at: self.time.now(), verb, name });
        let number = self.crash.enter(Port::Bank).await;
        let do_it = || act(&mut self.ledger(), self.time.now());
        let unknown = || CallError::Unknown("no readable answer".to_owned());
        let answer = match self.take_answer(verb) {
            Answer::Well => do_it().map_err(CallError::Refused),
            Answer::Slowly(pause) => {
                tokio::time::sleep(pause).await;
                do_it().map_err(CallError::Refused)
            }
            Answer::Stale(pause) => {
                let answer = do_it().map_err(CallError::Refused);
                tokio::time::sleep(pause).await;
                answer
            }
            Answer::NotSent => Err(CallError::NotSent("no connection".to_owned())),
            Answer::No(kind) => Err(CallError::Refused(refusal(kind))),
            Answer::Lost => do_it().map_err(CallError::Refused).and_then(|_| Err(unknown())),
            Answer::Broken => Err(unknown()),
            Answer::Silent => {
                let _ = do_it();
                std::future::pending().await
            }
            Answer::Deaf => std::future::pending().await,
        };
        self.crash.leave(Port::Bank, number).await;
        answer
    }

    fn take_answer(&self, verb: Verb) -> Answer {
        let scripted = lock(&self.scripts).get_mut(&verb).and_then(VecDeque::pop_front);
        scripted.or_else(|| lock(&self.always).get(&verb).copied()).unwrap_or(Answer::Well)
    }
}

#[async_trait]
impl Bank for TestBank {
    async fn issue(&self, request: &IssueRequest) -> Result<Issued, CallError> {
        self.call(Verb::Issue, request.order.to_string(), |books, now| books.issue(request, now)).await
    }

    async fn status(&self, request: &OrderRequest) -> Result<StatusAnswer, CallError> {
        let order = request.order;
        self.call(Verb::Status, order.to_string(), |books, now| Ok(books.status(order, now))).await
    }

    async fn latest_credit(&self, code: &CodeId) -> Result<Option<PaidNotice>, CallError> {
        self.call(Verb::LatestCredit, code.to_string(), |books, _| Ok(books.latest_credit(code))).await
    }

    async fn annul(&self, request: &OrderRequest) -> Result<AnnulAnswer, CallError> {
        let order = request.order;
        self.call(Verb::Annul, order.to_string(), |books, now| books.annul(order, now)).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        self.call(Verb::Refund, request.refund.to_string(), |books, _| books.refund(request)).await
    }

    async fn refund_status(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let name = request.refund.to_string();
        self.call(Verb::RefundStatus, name, |books, _| Ok(books.refund_status(request))).await
    }
}

/// A call that is at the bank; gone when it is dropped, however it ends.
struct Present<'a> {
    bank: &'a TestBank,
    name: (Verb, String),
}

impl<'a> Present<'a> {
    fn arrive(bank: &'a TestBank, verb: Verb, name: &str) -> Self {
        let name = (verb, name.to_owned());
        let mut crowd = lock(&bank.crowd);
        crowd.now += 1;
        crowd.most = crowd.most.max(crowd.now);
        let same = crowd.by_name.entry(name.clone()).or_insert(0);
        *same += 1;
        let same = *same;
        crowd.most_of_one = crowd.most_of_one.max(same);
        drop(crowd);
        Self { bank, name }
    }
}

impl Drop for Present<'_> {
    fn drop(&mut self) {
        let mut crowd = lock(&self.bank.crowd);
        crowd.now -= 1;
        if let Some(same) = crowd.by_name.get_mut(&self.name) {
            *same -= 1;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
