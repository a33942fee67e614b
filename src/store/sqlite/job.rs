//! What the writer is asked to do.

use async_trait::async_trait;
use engine::ports::StoreError;
use tokio::sync::oneshot;

use super::session::Session;

/// Something to write. Either all of it is written or nothing.
#[async_trait]
pub(crate) trait Work: Send + 'static {
    /// What the asker learns.
    type Done: Send + 'static;
    /// Why nothing was written.
    type Refusal: Refusal;

    /// Writes inside the open savepoint. A refusal undoes what was written so far.
    async fn perform(self, session: &mut Session) -> Result<Self::Done, Self::Refusal>;
}

/// Why nothing was written: for a reason of its own, or because the database could not be used.
pub(crate) trait Refusal: From<StoreError> + Send + 'static {
    /// What is wrong with the database, if that is the reason.
    fn database(&self) -> Option<&StoreError>;
}

impl Refusal for StoreError {
    fn database(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// A piece of work without its type.
#[async_trait]
pub(super) trait Job: Send {
    /// Does it. On an error what it wrote must be undone; the reason is given if it is the database.
    async fn run(&mut self, session: &mut Session) -> Result<(), Option<StoreError>>;
    /// Tells the asker, once the commit was made or failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A piece of work on its way, and who waits for it.
pub(super) struct Pending<W: Work> {
    work: Option<W>,
    result: Option<Result<W::Done, W::Refusal>>,
    reply: oneshot::Sender<Result<W::Done, W::Refusal>>,
}

impl<W: Work> Pending<W> {
    pub(super) fn new(work: W, reply: oneshot::Sender<Result<W::Done, W::Refusal>>) -> Self {
        Self { work: Some(work), result: None, reply }
    }
}

#[async_trait]
impl<W: Work> Job for Pending<W> {
    async fn run(&mut self, session: &mut Session) -> Result<(), Option<StoreError>> {
        let Some(work) = self.work.take() else { return Err(None) };
        let result = work.perform(session).await;
        let outcome = match &result {
            Ok(_) => Ok(()),
            Err(refusal) => Err(refusal.database().map(|error| StoreError(error.0.clone()))),
        };
        self.result = Some(result);
        outcome
    }

    /// A result that rests on a transaction that was lost is worth nothing: it may be a conflict with a change that was
    /// lost along with it.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let lost = || StoreError("the change was not reached".to_owned());
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(|| Err(lost().into())),
            Err(error) => Err(error.into()),
        };
        // An asker that went away reads what became of it.
        let _ = self.reply.send(result);
    }
}
