//! One job at one device, from the opened way to an honest outcome.
//!
//! Nothing is ever sent twice: each step goes on or ends the job. Before the first byte of the job every trouble is a
//! failure; after it every trouble is *not confirmed*.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{Instant, timeout, timeout_at};

use crate::link::{Link, open};
use crate::status::{Ear, Heard, PAPER_IN_ORDER, Question};
use crate::{Address, PrintOutcome, Reason};

/// How long the way to a device may take to open.
const OPEN_WITHIN: Duration = Duration::from_secs(3);
/// A printer answers real-time questions within milliseconds; an open or dead one never does.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// How often a printer that is still printing is asked whether it still can.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// How long a device may take to close its side after a job without confirmation.
const CLOSE_WITHIN: Duration = Duration::from_millis(500);
/// Bytes written at once: small enough that a slow serial line is noticed before the whole job is in a buffer.
const PIECE: usize = 4096;

/// Opens the way within its own and the job's limit.
pub(crate) async fn open_within(address: &Address, until: Instant) -> Result<Box<dyn Link>, Reason> {
    let limit = until.min(Instant::now() + OPEN_WITHIN);
    match timeout_at(limit, open(address)).await {
        Ok(Ok(link)) => Ok(link),
        Ok(Err(error)) => Err(Reason::Unreachable(error.to_string())),
        Err(_) => Err(Reason::Silent),
    }
}

/// Writes bytes to a device that can't answer.
pub(crate) async fn tell(address: &Address, bytes: &[u8], until: Instant) -> PrintOutcome {
    let mut link = match open_within(address, until).await {
        Ok(link) => link,
        Err(reason) => return PrintOutcome::Failed(reason),
    };
    if let Err(reason) = write(&mut link, bytes, until).await {
        return PrintOutcome::NotConfirmed(reason);
    }
    close(address, link).await;
    PrintOutcome::NotConfirmed(Reason::TellsNothing)
}

/// Prints on a printer that answers: asks, prints, and asks again.
pub(crate) async fn print(address: &Address, bytes: &[u8], until: Instant) -> PrintOutcome {
    let link = match open_within(address, until).await {
        Ok(link) => link,
        Err(reason) => return PrintOutcome::Failed(reason),
    };
    let mut talk = Talk { link, ear: Ear::default(), in_order: None };
    if let Some(reason) = talk.trouble(until).await {
        return PrintOutcome::Failed(reason);
    }
    let job = [bytes, &PAPER_IN_ORDER].concat();
    let printed = match write(&mut talk.link, &job, until).await {
        Ok(()) => talk.confirmed(until).await,
        // Why it takes no more is worth knowing; that it has begun is certain.
        Err(Reason::TooSlow) => {
            Err(talk.trouble(Instant::now() + ANSWER_WITHIN).await.unwrap_or(Reason::TooSlow))
        }
        Err(reason) => Err(reason),
    };
    match printed {
        Ok(()) => {
            close(address, talk.link).await;
            PrintOutcome::Printed
        }
        Err(reason) => PrintOutcome::NotConfirmed(reason),
    }
}

/// Writes all bytes. After the first one was taken nothing is known any more when it fails.
async fn write(link: &mut Box<dyn Link>, bytes: &[u8], until: Instant) -> Result<(), Reason> {
    for piece in bytes.chunks(PIECE) {
        match timeout_at(until, link.write_all(piece)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Reason::Closed),
            Err(_) => return Err(Reason::TooSlow),
        }
    }
    match timeout_at(until, link.flush()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Reason::Closed),
        Err(_) => Err(Reason::TooSlow),
    }
}

/// Ends a connection so that nothing on its way is lost: what the other side still says is read until it closes. Files and
/// serial ports end by being let go.
async fn close(address: &Address, mut link: Box<dyn Link>) {
    if !matches!(address, Address::Tcp { .. }) {
        return;
    }
    let mut unread = [0; 64];
    let _ = timeout(CLOSE_WITHIN, async {
        link.shutdown().await?;
        while link.read(&mut unread).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}

struct Talk {
    link: Box<dyn Link>,
    ear: Ear,
    /// The answer that comes in the order of the job, once it has come: whether the paper has ended.
    in_order: Option<bool>,
}

impl Talk {
    /// What keeps the printer from printing. One question, one answer, then the next: printers on a network do not answer
    /// several at once.
    async fn trouble(&mut self, until: Instant) -> Option<Reason> {
        let mut found = None;
        for question in [Question::Printer, Question::OfflineCause, Question::ErrorCause, Question::Paper] {
            match self.ask(question, until).await {
                Ok(answer) => found = question.fault(answer).or(found),
                // A printer that told its trouble and then falls silent has told enough.
                Err(reason) => return found.or(Some(reason)),
            }
            if found.as_ref().is_some_and(|reason| *reason != Reason::OutOfOrder) {
                break;
            }
        }
        found
    }

    async fn ask(&mut self, question: Question, until: Instant) -> Result<u8, Reason> {
        let limit = until.min(Instant::now() + ANSWER_WITHIN);
        match timeout_at(limit, self.link.write_all(&question.bytes())).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) => return Err(Reason::Closed),
            Err(_) => return Err(Reason::Silent),
        }
        loop {
            if let Heard::RealTime(answer) = self.hear(limit).await? {
                return Ok(answer);
            }
        }
    }

    /// Waits for the answer that comes in the order of the job, and asks meanwhile whether the printer still can. One that
    /// answers nothing while it prints is waited for to the end.
    async fn confirmed(&mut self, until: Instant) -> Result<(), Reason> {
        loop {
            match self.in_order {
                Some(false) => return Ok(()),
                Some(true) => return Err(Reason::PaperEnd),
                None => {}
            }
            match self.hear(until.min(Instant::now() + ASK_EVERY)).await {
                Ok(_) => {}
                Err(Reason::Silent) if Instant::now() < until => {
                    let trouble = self.trouble(until).await.filter(|reason| *reason != Reason::Silent);
                    if let (Some(reason), None) = (trouble, self.in_order) {
                        return Err(reason);
                    }
                }
                Err(reason) => return Err(reason),
            }
        }
    }

    /// The next answer.
    async fn hear(&mut self, until: Instant) -> Result<Heard, Reason> {
        let mut byte = [0];
        loop {
            match timeout_at(until, self.link.read(&mut byte)).await {
                Ok(Ok(0) | Err(_)) => return Err(Reason::Closed),
                Ok(Ok(_)) => {}
                Err(_) => return Err(Reason::Silent),
            }
            let heard = self.ear.hear(byte[0]);
            if let Some(Heard::InOrder { paper_end }) = heard {
                self.in_order = Some(paper_end);
            }
            if let Some(heard) = heard {
                return Ok(heard);
            }
        }
    }
}
