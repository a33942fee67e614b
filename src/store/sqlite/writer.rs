//! The one writer: takes all that is queued, one transaction, a savepoint for each change, one commit, then the answers.

use engine::ports::StoreError;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{mpsc, oneshot};

use super::job::{Job, Pending, Work};
use super::lock::Lock;
use super::session::Session;

/// Changes in one transaction at most: bounds how long the first of them waits for the last.
const BATCH: usize = 256;

/// Changes that may wait; who comes later waits for room.
const QUEUE: usize = 1024;

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
        let job = Box::new(Pending::new(work, reply));
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
        }
        if written.is_err() || self.session.as_ref().is_some_and(Session::is_doubtful) {
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
            && let Err(error) = session.close().await
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
