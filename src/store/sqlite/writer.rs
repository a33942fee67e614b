//! The one writer: takes all that is queued, one transaction, a savepoint for each change, one commit, then the answers.

use async_trait::async_trait;
use engine::ports::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};

use super::lock::Lock;
use crate::error::unusable;
use crate::rows::unsigned;
use crate::sql;

/// Changes in one transaction at most: bounds how long the first of them waits for the last.
const BATCH: usize = 256;

/// Changes that may wait; who comes later waits for room.
const QUEUE: usize = 1024;

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

/// The connection that writes, and what the writer knows without asking.
pub(crate) struct Session {
    pub(crate) connection: SqliteConnection,
    /// The greatest epoch: nobody else writes this file, so it is known.
    pub(crate) newest_epoch: u64,
}

/// A handle to the writer.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::Sender<Message>,
}

enum Message {
    Write(Box<dyn Job>),
    Close(oneshot::Sender<()>),
}

impl Writer {
    /// Starts the writer. It ends when it is closed or all handles are gone; then it closes the file, then frees the
    /// lock.
    pub(crate) async fn start(options: SqliteConnectOptions, lock: Option<Lock>) -> Result<Self, StoreError> {
        let session = Session::open(&options).await?;
        let (queue, inbox) = mpsc::channel(QUEUE);
        let task = Task { options, session: Some(session), closing: Vec::new(), lock };
        tokio::spawn(task.run(inbox));
        Ok(Self { queue })
    }

    /// Has `work` done and waits until it is durable.
    pub(crate) async fn perform<W: Work>(&self, work: W) -> Result<W::Done, W::Refusal> {
        let gone = || StoreError("it is closed: the service is stopping".to_owned());
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Pending { work: Some(work), result: None, reply });
        self.queue.send(Message::Write(job)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    /// Waits until all that was queued is written and the file is closed.
    pub(crate) async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        if self.queue.send(Message::Close(reply)).await.is_ok() {
            // An error means that the task is gone, and the file with it.
            let _ = closed.await;
        }
    }
}

impl Session {
    async fn open(options: &SqliteConnectOptions) -> Result<Self, StoreError> {
        let mut connection = options.connect().await.map_err(|error| unusable(&error))?;
        let newest: i64 = sqlx::query_scalar(sql::NEWEST_EPOCH)
            .fetch_one(&mut connection)
            .await
            .map_err(|error| unusable(&error))?;
        Ok(Self { connection, newest_epoch: unsigned("an epoch", newest)? })
    }

    async fn execute(&mut self, text: &'static str) -> Result<(), StoreError> {
        let executed = sqlx::query(text).execute(&mut self.connection).await;
        executed.map(drop).map_err(|error| unusable(&error))
    }

    /// All jobs in one transaction. On an error nothing is written, or it is not known.
    async fn write(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        // One savepoint is open at any time. The commit releases the last one.
        let mut open_savepoint = "BEGIN IMMEDIATE; SAVEPOINT change";
        for job in jobs {
            self.execute(open_savepoint).await?;
            open_savepoint = "RELEASE change; SAVEPOINT change";
            if let Err(reason) = job.run(self).await
                && let Err(gone) = self.execute("ROLLBACK TO change").await
            {
                // SQLite has undone more than the statement that failed, as on a full disk: the batch is lost.
                return Err(reason.unwrap_or(gone));
            }
        }
        self.execute("COMMIT").await
    }
}

/// What the task of the writer owns.
struct Task {
    options: SqliteConnectOptions,
    /// Nothing after a failure: the next batch opens a new one, whatever state the old one was left in.
    session: Option<Session>,
    closing: Vec<oneshot::Sender<()>>,
    lock: Option<Lock>,
}

impl Task {
    async fn run(mut self, mut inbox: mpsc::Receiver<Message>) {
        let mut messages = Vec::with_capacity(BATCH);
        while inbox.recv_many(&mut messages, BATCH).await > 0 {
            let mut jobs = Vec::with_capacity(messages.len());
            for message in messages.drain(..) {
                match message {
                    Message::Write(job) => jobs.push(job),
                    Message::Close(reply) => {
                        // Nothing more is taken; what is queued is still written.
                        inbox.close();
                        self.closing.push(reply);
                    }
                }
            }
            if !jobs.is_empty() {
                self.write(jobs).await;
            }
        }
        self.end().await;
    }

    async fn write(&mut self, mut jobs: Vec<Box<dyn Job>>) {
        let written = self.try_write(&mut jobs).await;
        if let Err(error) = &written {
            tracing::error!(changes = jobs.len(), %error, "a batch of changes was not written");
            self.session = None;
        }
        for job in jobs {
            job.answer(written.as_ref().copied().map_err(|error| StoreError(error.0.clone())));
        }
    }

    async fn try_write(&mut self, jobs: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(Session::open(&self.options).await?),
        };
        session.write(jobs).await
    }

    async fn end(self) {
        if let Some(session) = self.session
            && let Err(error) = session.connection.close().await
        {
            tracing::warn!(%error, "the database was not closed cleanly; nothing is lost");
        }
        drop(self.lock);
        for reply in self.closing {
            // Who no longer waits need not be told.
            let _ = reply.send(());
        }
    }
}

/// A piece of work without its type.
#[async_trait]
trait Job: Send {
    /// Does it. On an error what it wrote must be undone; the reason is given if it is the database.
    async fn run(&mut self, session: &mut Session) -> Result<(), Option<StoreError>>;
    /// Tells the asker, once the commit was made or failed.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Pending<W: Work> {
    work: Option<W>,
    result: Option<Result<W::Done, W::Refusal>>,
    reply: oneshot::Sender<Result<W::Done, W::Refusal>>,
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
