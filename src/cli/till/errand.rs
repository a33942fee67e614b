//! One command on its way to its outcome, as contract.md §3 asks of tills: repeated after five seconds of silence, checked
//! when its code should be over, cancelled by Ctrl-C, never decided by the till's own clock.

use std::time::Duration;

use payment::Timestamp;
use serde_json::{Value, json};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::face::Face;
use super::outcome::{self, Outcome};
use super::text;
use crate::till::{Heard, Talk};

/// After so much silence the same command goes out again.
const SILENCE: Duration = Duration::from_secs(5);
/// After so much the person is told that nobody answers: a pay is not started later than this.
const NO_ANSWER: Duration = Duration::from_mins(1);
/// So long after the code's life, and again after each such time, the service is asked to check.
const CHECK_AFTER: Duration = Duration::from_secs(30);
/// All answers to one question have come when none came for so long.
const QUIET: Duration = Duration::from_millis(700);
const TICK: Duration = Duration::from_millis(100);

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// The end of a payment.
    Pay,
    /// The end of a refund.
    Refund,
    /// One answer.
    Answer,
    /// All answers.
    Answers,
}

/// A command and what is wanted of it.
#[derive(Debug, Clone)]
pub(super) struct Errand {
    pub(super) verb: String,
    pub(super) body: Value,
    pub(super) goal: Goal,
}

impl Errand {
    /// The operation, if the command has one.
    pub(super) fn operation(&self) -> Option<&str> {
        text(&self.body, "operation")
    }
}

/// Sends the command and stays with it to its outcome.
pub(super) async fn run(
    errand: &Errand,
    talk: Talk,
    face: &mut Face,
    wait: Option<Duration>,
) -> anyhow::Result<Outcome> {
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut terminations = signal(SignalKind::terminate())?;
    face.begin(errand);
    let mut course = Course::begin(errand, talk, face, wait);
    let outcome = course.follow(&mut interrupts, &mut terminations).await;
    course.talk.close().await;
    Ok(outcome)
}

struct Course<'a> {
    errand: &'a Errand,
    talk: Talk,
    face: &'a mut Face,
    deadline: Option<Instant>,
    began: Instant,
    /// When the command went out last.
    said: Instant,
    /// It is not on the other side yet.
    is_going_out: bool,
    /// The ids that answers may name.
    ids: Vec<String>,
    /// When something of the errand was heard last.
    heard: Option<Instant>,
    is_cancelled: bool,
    code: Option<ShownCode>,
}

/// A code's end by this machine's clock.
struct ShownCode {
    until: Instant,
    check_at: Instant,
}

impl<'a> Course<'a> {
    fn begin(errand: &'a Errand, talk: Talk, face: &'a mut Face, wait: Option<Duration>) -> Self {
        let now = Instant::now();
        talk.say(&errand.verb, errand.body.clone());
        Self {
            errand,
            talk,
            face,
            deadline: wait.map(|wait| now + wait),
            began: now,
            said: now,
            is_going_out: true,
            ids: Vec::new(),
            heard: None,
            is_cancelled: false,
            code: None,
        }
    }

    async fn follow(&mut self, interrupts: &mut Signal, terminations: &mut Signal) -> Outcome {
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                biased;
                _ = terminations.recv() => Some(Outcome::Open),
                _ = interrupts.recv() => self.interrupted(),
                heard = self.talk.hear() => self.take(heard),
                _ = ticks.tick() => self.tick(),
            };
            if let Some(outcome) = outcome {
                return outcome;
            }
        }
    }

    /// Ctrl-C: the first one cancels a payment, the next one leaves it alone.
    fn interrupted(&mut self) -> Option<Outcome> {
        if self.errand.goal != Goal::Pay || self.is_cancelled {
            return Some(Outcome::Open);
        }
        self.is_cancelled = true;
        self.face.note("cancelling; Ctrl-C again leaves the payment alone");
        self.talk.say(
            "cancel",
            json!({ "operation": self.errand.operation(), "reason": "cancelled at the till" }),
        );
        None
    }

    fn take(&mut self, heard: Heard) -> Option<Outcome> {
        let event = match heard {
            Heard::Event(event) => event,
            Heard::Sent(id) => {
                self.is_going_out = false;
                self.ids.push(id);
                return None;
            }
            Heard::NotSent(error) => {
                self.face.trouble(&error.to_string());
                return Some(Outcome::Rejected);
            }
        };
        if !self.is_about_errand(&event) {
            self.face.pass_over(&event);
            return None;
        }
        self.heard = Some(Instant::now());
        self.face.event(&event);
        self.note_code(&event);
        outcome::of(&event, self.errand, &self.ids)
    }

    fn is_about_errand(&self, event: &Value) -> bool {
        let is_reply = text(event, "in_reply_to").is_some_and(|id| self.ids.iter().any(|sent| sent == id));
        let is_own = self.errand.operation().is_some() && text(event, "operation") == self.errand.operation();
        is_reply || is_own || outcome::of(event, self.errand, &self.ids).is_some()
    }

    /// The code's end is counted from the event on, so that a clock of this machine that is wrong does not matter.
    fn note_code(&mut self, event: &Value) {
        let time = |text: Option<&str>| Timestamp::parse(text?).ok();
        let expires_at = time(event.pointer("/qr/expires_at").and_then(Value::as_str));
        let (Some(expires_at), Some(at)) = (expires_at, time(text(event, "occurred_at"))) else { return };
        let until = Instant::now() + expires_at.since(at);
        self.code = Some(ShownCode { until, check_at: until + CHECK_AFTER });
    }

    fn tick(&mut self) -> Option<Outcome> {
        let now = Instant::now();
        if self.errand.goal == Goal::Answers && self.heard.is_some_and(|at| now - at > QUIET) {
            return Some(Outcome::Answered);
        }
        if self.deadline.is_some_and(|deadline| now >= deadline) {
            return Some(if self.heard.is_some() { Outcome::Open } else { Outcome::NoConnection });
        }
        if self.heard.is_none() {
            if now - self.began >= NO_ANSWER {
                return Some(Outcome::NoConnection);
            }
            if now - self.said >= SILENCE && !self.is_going_out {
                self.said = now;
                self.is_going_out = true;
                self.talk.say(&self.errand.verb, self.errand.body.clone());
            }
        }
        self.check_when_over(now);
        self.face.live(&self.status(now));
        None
    }

    fn check_when_over(&mut self, now: Instant) {
        if let Some(code) = &mut self.code
            && now >= code.check_at
        {
            code.check_at = now + CHECK_AFTER;
            self.talk.say("check", json!({ "operation": self.errand.operation() }));
        }
    }

    /// What is happening, for the line that changes.
    fn status(&self, now: Instant) -> String {
        let is_silent = self.heard.is_none() && now - self.began >= SILENCE;
        if !self.talk.is_connected() || is_silent {
            return "no connection; it is tried again and again".to_owned();
        }
        match &self.code {
            _ if self.is_cancelled => "cancelling".to_owned(),
            Some(code) if code.until > now => {
                let left = (code.until - now).as_secs();
                format!("waiting for the buyer  {}:{:02}  (Ctrl-C cancels)", left / 60, left % 60)
            }
            Some(_) => "the code is over; waiting for the bank's last word".to_owned(),
            None => "waiting".to_owned(),
        }
    }
}
