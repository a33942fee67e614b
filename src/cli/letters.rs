//! `integrator letters list | show | replay`.

use amqp::{DeadLetter, Graveyard};
use anyhow::{anyhow, bail};
use clap::Subcommand;
use serde_json::json;

use crate::cli::print;
use crate::config::Config;

/// So many of the oldest are looked at.
const LOOKED_AT_MOST: usize = 10_000;

/// What to do with dead letters.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator letters list
  integrator letters show 5f0c2d9a11b4
  integrator letters replay 5f0c2d9a11b4     once what was wrong is mended
  integrator letters replay --all

A dead letter is a message that nobody could read or answer. Replayed, it is handled like any other message of its
register; a pay is answered *stale* and no bank is asked: it is too old to be started.")]
pub(super) enum Command {
    /// List the dead letters, oldest first, each with its reason.
    List {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Show one with its body.
    Show {
        /// Its id, as `list` tells it.
        id: String,
    },
    /// Send one to the service once more, or all.
    Replay {
        /// Its id, as `list` tells it.
        #[arg(required_unless_present = "all")]
        id: Option<String>,
        /// All that are there.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

/// Works on the broker, beside a running service.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let broker = config.amqp.as_ref();
    let broker = broker
        .ok_or_else(|| anyhow!("there is no [amqp] section: without a broker there are no dead letters"))?;
    let graveyard = Graveyard::open(&broker.adapter_config()?).await?;
    let done = match command {
        Command::List { limit, json } => list(&graveyard, limit, json).await,
        Command::Show { id } => show(&graveyard, &id).await,
        Command::Replay { id, .. } => replay(&graveyard, id.as_deref()).await,
    };
    graveyard.close().await;
    done.map(|()| 0)
}

async fn list(graveyard: &Graveyard, limit: usize, as_json: bool) -> anyhow::Result<()> {
    let letters = graveyard.list(limit).await?;
    if letters.is_empty() && !as_json {
        print("there are no dead letters");
    }
    for letter in letters {
        print(&if as_json {
            json!({
                "id": letter.id, "routing_key": letter.routing_key, "message_id": letter.message_id,
                "reason": letter.reason, "dead_at": letter.dead_at, "queue": letter.queue,
                "body": String::from_utf8_lossy(&letter.body),
            })
            .to_string()
        } else {
            let at = letter.dead_at.as_deref().unwrap_or("-");
            format!("{}  {at:<20.20}  {:<28}  {}", letter.id, letter.routing_key, letter.reason)
        });
    }
    Ok(())
}

async fn show(graveyard: &Graveyard, id: &str) -> anyhow::Result<()> {
    let letters = graveyard.list(LOOKED_AT_MOST).await?;
    let letter = letters.into_iter().find(|letter| letter.id == id).ok_or_else(|| unknown(id))?;
    let DeadLetter { routing_key, message_id, reason, dead_at, queue, cut_from_bytes, body, .. } = letter;
    print(&format!("routing key  {routing_key}"));
    print(&format!("message id   {}", message_id.as_deref().unwrap_or("-")));
    print(&format!("reason       {reason}"));
    print(&format!("since        {}", dead_at.as_deref().unwrap_or("-")));
    print(&format!("from         {}", queue.as_deref().unwrap_or("-")));
    if let Some(bytes) = cut_from_bytes {
        print(&format!("cut          it had {bytes} bytes"));
    }
    print("");
    print(&String::from_utf8_lossy(&body));
    Ok(())
}

async fn replay(graveyard: &Graveyard, id: Option<&str>) -> anyhow::Result<()> {
    let is_wanted = |letter: &DeadLetter| id.is_none_or(|id| letter.id == id);
    let replayed = graveyard.replay(LOOKED_AT_MOST, is_wanted).await?;
    if let Some(id) = id.filter(|_| replayed.is_empty()) {
        bail!(unknown(id));
    }
    for letter in &replayed {
        print(&format!("{}  {}  was sent again", letter.id, letter.routing_key));
    }
    print(&format!("{} in all; each answers its register, or comes back with its reason", replayed.len()));
    Ok(())
}

fn unknown(id: &str) -> anyhow::Error {
    anyhow!("there is no dead letter {id:?}: `integrator letters list` tells those that are there")
}
