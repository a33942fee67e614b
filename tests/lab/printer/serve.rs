//! The printer behind a socket.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::command::{Command, next};
use crate::script::status;
use crate::{Script, Trouble};

/// A printer at an address of its own. It is gone when this is dropped.
#[derive(Debug)]
pub struct VirtualPrinter {
    address: Option<SocketAddr>,
    seen: Arc<Mutex<Seen>>,
    server: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen {
    /// What came over each connection, without the questions for status.
    jobs: Vec<Vec<u8>>,
    faults: Vec<String>,
    at_once: usize,
    most_at_once: usize,
}

impl VirtualPrinter {
    /// Starts one on a free port.
    pub async fn start(script: Script) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = Some(listener.local_addr()?);
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = tokio::spawn(accept(listener, script, Arc::clone(&seen)));
        Ok(Self { address, seen, server })
    }

    /// One at the other end of a way that is open already, such as a serial line.
    pub fn behind(stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, script: Script) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let server = tokio::spawn(serve(stream, script, Arc::clone(&seen)));
        Self { address: None, seen, server }
    }

    /// Where it is, as `tcp://127.0.0.1:…`. Only one that was started has an address.
    pub fn address(&self) -> String {
        self.address.map(|address| format!("tcp://{address}")).unwrap_or_default()
    }

    /// What came over each connection that brought more than questions, in order. Nothing is printed twice when no job is in
    /// here twice.
    pub fn jobs(&self) -> Vec<Vec<u8>> {
        self.look(|seen| seen.jobs.iter().filter(|job| !job.is_empty()).cloned().collect())
    }

    /// What it did not understand.
    pub fn faults(&self) -> Vec<String> {
        self.look(|seen| seen.faults.clone())
    }

    /// The most connections that it ever had at once.
    pub fn most_at_once(&self) -> usize {
        self.look(|seen| seen.most_at_once)
    }

    fn look<T>(&self, at: impl Fn(&Seen) -> T) -> T {
        at(&self.seen.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for VirtualPrinter {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn accept(listener: TcpListener, script: Script, seen: Arc<Mutex<Seen>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, script, Arc::clone(&seen)));
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(stream: S, script: Script, seen: Arc<Mutex<Seen>>) {
    let number = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.jobs.push(Vec::new());
        seen.at_once += 1;
        seen.most_at_once = seen.most_at_once.max(seen.at_once);
        seen.jobs.len() - 1
    };
    let mut printer = Connected { stream, script, waiting: Vec::new(), taken: 0, number, seen };
    // Why a connection ended is no concern of a printer.
    let _ = printer.run().await;
    printer.note(|seen, _| seen.at_once -= 1);
}

struct Connected<S> {
    stream: S,
    script: Script,
    /// Bytes that are no whole command yet.
    waiting: Vec<u8>,
    /// Bytes of the job so far.
    taken: usize,
    number: usize,
    seen: Arc<Mutex<Seen>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connected<S> {
    async fn run(&mut self) -> std::io::Result<()> {
        if self.script.half_closed {
            self.stream.shutdown().await?;
        }
        if self.script.chatters {
            self.stream.write_all(&[0x13, 0x11, 0x14, 0x00, 0x00, 0x0F]).await?;
        }
        let mut piece = [0; 64];
        loop {
            let length = self.stream.read(&mut piece).await?;
            if length == 0 {
                return Ok(());
            }
            if let Some(pause) = self.script.pause {
                tokio::time::sleep(pause).await;
            }
            self.waiting.extend_from_slice(&piece[..length]);
            while let Some(command) = self.command() {
                if !self.obey(&command).await? {
                    return Ok(());
                }
            }
        }
    }

    /// The next whole command. One in trouble prints nothing more but still sees what is asked in real time.
    fn command(&mut self) -> Option<Command> {
        if self.trouble().is_some() && self.taken > 0 {
            let question = |window: &[u8]| window[..2] == [0x10, 0x04] && (1..=4).contains(&window[2]);
            let at = self.waiting.windows(3).position(question)?;
            let number = self.waiting[at + 2];
            self.waiting.drain(..at + 3);
            return Some(Command::RealTimeStatus(number));
        }
        match next(&self.waiting) {
            Ok(Some((command, length))) => {
                let bytes: Vec<u8> = self.waiting.drain(..length).collect();
                if !matches!(command, Command::RealTimeStatus(_) | Command::PaperStatus) {
                    self.taken += length;
                    self.note(|seen, number| seen.jobs[number].extend_from_slice(&bytes));
                }
                Some(command)
            }
            Ok(None) => None,
            Err(what) => {
                self.note(|seen, _| seen.faults.push(what.clone()));
                self.waiting.clear();
                None
            }
        }
    }

    /// Gives whether the connection goes on.
    async fn obey(&mut self, command: &Command) -> std::io::Result<bool> {
        if self.script.closes_after.is_some_and(|after| self.taken >= after) {
            return Ok(false);
        }
        let trouble = self.trouble();
        if self.script.half_closed || trouble.is_some_and(|trouble| !trouble.answers()) {
            return Ok(true);
        }
        match command {
            Command::RealTimeStatus(question) => self.stream.write_all(&[status(*question, trouble)]).await?,
            Command::PaperStatus if !self.script.no_confirmation => self.stream.write_all(&[0]).await?,
            _ => {}
        }
        Ok(true)
    }

    fn trouble(&self) -> Option<Trouble> {
        self.script.trouble.filter(|(after, _)| self.taken >= *after).map(|(_, trouble)| trouble)
    }

    fn note(&self, mut with: impl FnMut(&mut Seen, usize)) {
        with(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner), self.number);
    }
}
