//! `integrator till`: a till in the terminal, over AMQP or HTTP.
//!
//! | file | idea |
//! |---|---|
//! | [`line`] | where the service is, and which register this is |
//! | [`verb`] | the verbs with their arguments, and the commands that they become |
//! | [`memory`] | the operation that a crashed terminal takes up again |
//! | [`errand`] | one command on its way to its outcome: repeats, checks, Ctrl-C |
//! | [`outcome`] | what an event means for the one who waits, and the exit status |
//! | [`face`], [`code`], [`words`] | what a person sees, or a program reads |

mod code;
mod errand;
mod face;
mod line;
mod memory;
mod money;
mod outcome;
mod verb;
mod words;

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;

use crate::till::{Talk, TillError};
use errand::{Errand, Goal};
use face::Face;
use line::Line;
use memory::{Memory, Remembered};
use outcome::Outcome;
use verb::{Again, Verb};

/// A till in the terminal: asks for payments, shows their codes, and tells how they end.
#[derive(Debug, Args)]
#[command(after_long_help = "Examples (--store and --register, or their variables, name the till):
  export INTEGRATOR_TILL_AMQP=amqp://guest:guest@127.0.0.1:5672/%2f
  export INTEGRATOR_TILL_STORE=17 INTEGRATOR_TILL_REGISTER=2
  integrator till pay 198.00                    draws the code, waits for the end; Ctrl-C cancels
  integrator till resume                        after a crash: the same operation again
  integrator till refund --amount 50            part of the last payment goes back
  integrator till get                           where the last payment stands
  integrator till pay 198 --json | jq .event    one JSON object a line
  integrator till watch                         everything that this register is told
  integrator till pay 198 --http http://127.0.0.1:8080 --api-key …

Exit status:
  0  paid; money given back; the question is answered
  1  the command failed: see its message
  2  the arguments make no sense
  3  not paid, certain; money not given back, certain
  4  not paid, uncertain: the code may still be paid for a while; what comes late comes back by itself
  5  review: a person at the shop decides; take no other money
  6  rejected: nothing happened
  7  no connection, or no answer: what happened is not known; `integrator till resume` asks again
  8  still open: the wait was over, or a second Ctrl-C; `integrator till resume` goes on")]
pub(super) struct Arguments {
    #[command(flatten)]
    line: Line,

    /// Print one JSON object a line: every event as it came, and at the end `{"outcome": …, "status": …}`.
    #[arg(long, global = true)]
    json: bool,

    /// Wait so many seconds at most for the end. Without it: as long as it takes.
    #[arg(long, global = true, value_name = "SECONDS")]
    wait: Option<u64>,

    #[command(subcommand)]
    verb: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    #[command(flatten)]
    Verb(Box<Verb>),
    /// Take up the pay or refund that this terminal began and did not see the end of.
    Resume,
    /// Print everything that the register is told, until Ctrl-C.
    Watch,
}

/// Runs a verb to its outcome, and returns the exit status.
pub(super) async fn run(arguments: Arguments) -> anyhow::Result<u8> {
    let Arguments { line, json, wait, verb } = arguments;
    let memory = Memory::of(&line)?;
    let mut face = Face::new(json);
    let errand = match verb {
        Action::Watch => return watch(&line, &mut face).await,
        Action::Resume => match memory.open()? {
            Some(remembered) => errand_of(remembered),
            None => {
                anyhow::bail!("there is nothing to resume: no pay or refund was left open by this terminal")
            }
        },
        Action::Verb(verb) => prepare(&verb, &memory)?,
    };
    let is_remembered = matches!(errand.goal, Goal::Pay | Goal::Refund);
    if is_remembered {
        // Before the first byte goes out: whatever happens then, the same operation can be sent again.
        memory.keep(&errand.verb, &errand.body)?;
    }
    let talk = connect(&line, &mut face).await?;
    let was_sent = talk.is_ok();
    let outcome = match talk {
        Ok(talk) => errand::run(&errand, talk, &mut face, wait.map(Duration::from_secs)).await?,
        Err(outcome) => outcome,
    };
    // A cancel or a question that tells the end of what was left open closes it, too; its own rejection does not.
    let tells_end = outcome.is_end() && was_sent && (is_remembered || outcome != Outcome::Rejected);
    let open = memory.open()?;
    if tells_end && open.is_some_and(|open| errand.operation() == Some(open.operation())) {
        memory.close(outcome.word())?;
    }
    face.end(&errand, outcome);
    Ok(outcome.status())
}

/// The errand that a verb asks for. A pay that this terminal did not see the end of is the same operation again.
fn prepare(verb: &Verb, memory: &Memory) -> anyhow::Result<Errand> {
    let last = memory.last()?;
    let errand = verb.errand(last.as_ref())?;
    let Some(open) = last.filter(|last| last.ended.is_none()) else { return Ok(errand) };
    match verb.again(&open) {
        Again::Same => Ok(errand_of(open)),
        Again::Other => anyhow::bail!(
            "the end of {} {} is not known yet: `integrator till resume` first, or --anew to begin another all the same",
            open.verb,
            open.operation(),
        ),
        Again::Unrelated => Ok(errand),
    }
}

fn errand_of(remembered: Remembered) -> Errand {
    let goal = if remembered.verb == "refund" { Goal::Refund } else { Goal::Pay };
    Errand { verb: remembered.verb, body: remembered.body, goal }
}

/// Nobody there, or nobody who talks with us, is an outcome; the person has been told.
async fn connect(line: &Line, face: &mut Face) -> anyhow::Result<Result<Talk, Outcome>> {
    let error = match line.connect().await? {
        Ok(talk) => return Ok(Ok(talk)),
        Err(error) => error,
    };
    let outcome = match error {
        TillError::NotConnected { .. } => Outcome::NoConnection,
        TillError::Refused(_) => Outcome::Rejected,
        TillError::Address | TillError::Name(_) => return Err(error.into()),
    };
    face.trouble(&error.to_string());
    Ok(Err(outcome))
}

async fn watch(line: &Line, face: &mut Face) -> anyhow::Result<u8> {
    let mut talk = match connect(line, face).await? {
        Ok(talk) => talk,
        Err(outcome) => return Ok(outcome.status()),
    };
    let stopped = super::told_to_stop();
    tokio::pin!(stopped);
    loop {
        tokio::select! {
            biased;
            told = &mut stopped => {
                told?;
                break;
            }
            heard = talk.hear() => if let crate::till::Heard::Event(event) = heard {
                face.event(&event);
            },
        }
    }
    talk.close().await;
    Ok(0)
}

/// A field of a body that is text.
fn text<'a>(body: &'a Value, field: &str) -> Option<&'a str> {
    body.get(field)?.as_str()
}
