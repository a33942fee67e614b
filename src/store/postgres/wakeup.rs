//! Hints between instances: which registers have changed, and that an instance has come. Changes of a moment go out in one
//! `NOTIFY`, from one connection of its own. A hint may get lost: whoever waits for one looks by itself from time to time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use engine::ports::Destination;
use payment::{RegisterId, StoreId};
use sqlx::PgPool;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::{Notify, broadcast, mpsc};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::connect::{ANSWER_PATIENCE, PostgresOptions};

/// How long changes are gathered before they are told.
const GATHERED_FOR: Duration = Duration::from_millis(30);
/// PostgreSQL takes 8,000 bytes in a notification.
const PAYLOAD_AT_MOST: usize = 7_000;
/// The pause before the connection is made anew.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// What a new instance tells in place of a register: it begins its epoch (`BEGIN_EPOCH`).
const NEWCOMER: &str = "+";
/// Changes that wait to be told, and that were heard and not read. Those beyond are lost.
const KEPT: usize = 1_024;

/// This instance's end.
#[derive(Debug)]
pub(super) struct Wakeup {
    told: mpsc::Sender<Destination>,
    heard: broadcast::Sender<Destination>,
}

impl Wakeup {
    /// Begins to tell and to hear, of newcomers by `came`. It ends with its last handle.
    pub(super) fn start(options: &PostgresOptions, came: Arc<Notify>) -> Self {
        let pool =
            PgPoolOptions::new().max_connections(1).connect_lazy_with(options.connect_options().clone());
        let (told, changes) = mpsc::channel(KEPT);
        let heard = broadcast::Sender::new(KEPT);
        tokio::spawn(run(pool, changes, Heard { registers: heard.clone(), came }));
        Self { told, heard }
    }

    /// Tells the others of a change. Waits for nothing.
    pub(super) fn announce(&self, register: &Destination) {
        let _ = self.told.try_send(register.clone()); // full: it is a hint
    }

    /// What others tell from now on.
    pub(super) fn announced(&self) -> broadcast::Receiver<Destination> {
        self.heard.subscribe()
    }
}

/// Where hints of others go.
struct Heard {
    registers: broadcast::Sender<Destination>,
    came: Arc<Notify>,
}

impl Heard {
    fn take(&self, payload: &str) {
        for line in payload.lines() {
            if line == NEWCOMER {
                self.came.notify_one();
            } else if let Some(register) = register_of(line) {
                let _ = self.registers.send(register); // nobody listens
            }
        }
    }
}

async fn run(pool: PgPool, mut changes: mpsc::Receiver<Destination>, heard: Heard) {
    while let Err(error) = serve(&pool, &mut changes, &heard).await {
        tracing::debug!(%error, "hints between instances wait for the database");
        sleep(AGAIN_AFTER).await;
    }
}

/// Tells and hears until nobody announces any more.
async fn serve(
    pool: &PgPool,
    changes: &mut mpsc::Receiver<Destination>,
    heard: &Heard,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    // Channels are the database's, and tables the schema's.
    let (channel, own): (String, i32) =
        sqlx::query_as("SELECT 'changes_' || current_schema(), pg_backend_pid()")
            .fetch_one(&mut listener)
            .await?;
    listener.eager_reconnect(false);
    listener.listen(&channel).await?;
    let (mut gathered, mut tell_at) = (BTreeSet::new(), None);
    loop {
        tokio::select! {
            biased;
            () = sleep_until(tell_at.unwrap_or_else(Instant::now)), if tell_at.is_some() => {
                tell_at = None;
                tell(&mut listener, &channel, &std::mem::take(&mut gathered)).await?;
            }
            change = changes.recv() => match change {
                None => return Ok(()),
                Some(register) => {
                    gathered.insert(register);
                    tell_at = tell_at.or_else(|| Some(Instant::now() + GATHERED_FOR));
                }
            },
            notification = listener.try_recv() => match notification? {
                Some(hint) if hint.process_id() != own.unsigned_abs() => heard.take(hint.payload()),
                Some(_) => {}
                None => return Err(sqlx::Error::WorkerCrashed), // the connection is gone
            },
        }
    }
}

async fn tell(
    listener: &mut PgListener,
    channel: &str,
    registers: &BTreeSet<Destination>,
) -> Result<(), sqlx::Error> {
    for payload in payloads(registers) {
        let notify = sqlx::query("SELECT pg_notify($1, $2)").bind(channel).bind(payload);
        let done = timeout(ANSWER_PATIENCE, notify.execute(&mut *listener)).await;
        done.unwrap_or_else(|late| {
            Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, late)))
        })?;
    }
    Ok(())
}

/// A line a register, in as few notifications as they fit in.
fn payloads(registers: &BTreeSet<Destination>) -> Vec<String> {
    let mut payloads = vec![String::new()];
    for Destination { store, register } in registers {
        let line = format!("{store}/{register}\n");
        match payloads.last_mut() {
            Some(last) if last.len() + line.len() <= PAYLOAD_AT_MOST => last.push_str(&line),
            _ => payloads.push(line),
        }
    }
    payloads
}

fn register_of(line: &str) -> Option<Destination> {
    let (store, register) = line.split_once('/')?;
    Some(Destination { store: StoreId::parse(store).ok()?, register: RegisterId::parse(register).ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_registers_go_in_as_few_notifications_as_they_fit_in() {
        let register = |number: usize| Destination {
            store: StoreId::parse("a-store-with-a-long-name-indeed").unwrap(),
            register: RegisterId::parse(&number.to_string()).unwrap(),
        };
        let all: BTreeSet<Destination> = (0..1_000).map(register).collect();
        let payloads = payloads(&all);
        assert_eq!(payloads.len(), 36_000_usize.div_ceil(PAYLOAD_AT_MOST));
        assert!(payloads.iter().all(|payload| payload.len() <= PAYLOAD_AT_MOST));
        let read: BTreeSet<Destination> =
            payloads.iter().flat_map(|payload| payload.lines()).filter_map(register_of).collect();
        assert_eq!(read, all);
    }

    #[test]
    fn what_is_no_register_is_passed_over() {
        for line in ["", "17", "17/", "/3", "17/3/4", "17/a b", NEWCOMER] {
            assert_eq!(register_of(line), None, "{line}");
        }
    }
}
