//! Outputs that are driven by jobs: printers, line displays, displays that take pushes. And pictures for registers.

use std::collections::BTreeSet;
use std::time::Duration;

use async_trait::async_trait;
use payment::{ConsoleId, Outcome, Payment, PaymentId, RegisterId, Render, StoreId, Timestamp};

use super::StoreError;
use crate::settings::{ConsoleSettings, StoreSettings};

/// The jobs of outputs: one row for a payment on a console. A job is taken only while its payment's code is live, is driven by
/// one instance at a time, and one at a time of a device; what was begun is never begun again (design.md §6).
#[async_trait]
pub trait OutputJobs: Send + Sync + 'static {
    /// Gets hold of a console that several payments may want, unless another payment that is open has it. True: the payment
    /// has hold of it, now or already.
    async fn hold_console(
        &self,
        payment: PaymentId,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<bool, StoreError>;

    /// The payment that got hold of a shared console last. `None`: none ever did.
    async fn console_holder(
        &self,
        store: &StoreId,
        owner: &RegisterId,
        console: &ConsoleId,
    ) -> Result<Option<PaymentId>, StoreError>;

    /// Orders jobs; those that are known stay as they are.
    async fn order_jobs(&self, jobs: &[JobDraft]) -> Result<(), StoreError>;

    /// Tells how a job stands. One that nobody has begun is withdrawn; of one whose lease has passed it is not known what it
    /// did. `None`: there is no such job.
    async fn settle_job(
        &self,
        payment: PaymentId,
        console: &ConsoleId,
        now: Timestamp,
    ) -> Result<Option<JobStanding>, StoreError>;

    /// Takes the oldest job of a site that can be begun, of a device that is not in `busy` and has no other job begun.
    async fn lease_job(
        &self,
        site: &str,
        busy: &BTreeSet<String>,
        now: Timestamp,
        lease_until: Timestamp,
    ) -> Result<Option<OutputJob>, StoreError>;

    /// Notes what became of a leased job. A lease that has passed is not answered for any more.
    async fn finish_job(&self, job: &OutputJob, end: &JobEnd) -> Result<(), StoreError>;
}

/// A job to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobDraft {
    /// Whose code.
    pub payment: PaymentId,
    /// On which console.
    pub console: ConsoleId,
    /// The console's store.
    pub store: StoreId,
    /// The register that the console is set up at.
    pub owner: RegisterId,
    /// The site whose instances drive it.
    pub site: String,
    /// The device: its address. It does one job at a time.
    pub device: String,
    /// Whether what is on it can be taken back.
    pub can_be_cleared: bool,
    /// When it was ordered.
    pub at: Timestamp,
    /// The end of the code's life.
    pub live_until: Timestamp,
}

/// A job that this instance has leased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputJob {
    /// Whose code.
    pub payment: PaymentId,
    /// On which console.
    pub console: ConsoleId,
    /// The console's store.
    pub store: StoreId,
    /// The register that the console is set up at.
    pub owner: RegisterId,
    /// The device.
    pub device: String,
    /// What is to be done.
    pub task: JobTask,
    /// Until when it is this instance's.
    pub lease_until: Timestamp,
}

/// What is to be done with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobTask {
    /// Put it there.
    Show,
    /// Take it away.
    Clear,
}

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// What happened.
    pub outcome: Outcome,
    /// Why, if it did not show.
    pub reason: Option<String>,
}

/// How a job stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStanding {
    /// Nobody had begun it: nobody will.
    Withdrawn,
    /// It is being done.
    Begun,
    /// It is over.
    Ended(JobEnd),
}

/// Devices, as this instance reaches them. Waits no longer than it is told.
#[async_trait]
pub trait Output: Send + Sync + 'static {
    /// The sites that this instance drives. None: it drives no outputs.
    fn sites(&self) -> Vec<String>;

    /// Puts a code onto a device.
    async fn show(&self, face: &Face<'_>, within: Duration) -> JobEnd;

    /// Takes what is on a device away. True: nothing is there any more.
    async fn clear(&self, face: &Face<'_>, within: Duration) -> bool;
}

/// What a device shows, and where.
#[derive(Debug, Clone, Copy)]
pub struct Face<'a> {
    /// The payment with its code.
    pub payment: &'a Payment,
    /// The shop.
    pub store: &'a StoreSettings,
    /// The device.
    pub console: &'a ConsoleSettings,
    /// The present.
    pub now: Timestamp,
}

/// Draws pictures of codes for registers that show or print them.
#[async_trait]
pub trait Pictures: Send + Sync + 'static {
    /// The pictures that a register wants, each decoded once before it is handed out.
    async fn draw(&self, drawing: &Drawing<'_>) -> Drawn;
}

/// What is to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<'a> {
    /// The text inside the symbol.
    pub payload: &'a str,
    /// The kinds of pictures and their sizes.
    pub wanted: &'a Render,
    /// Money of a test: every picture says so.
    pub is_test: bool,
    /// The language of its words: the store's.
    pub language: &'a str,
}

/// Pictures of a code as text: Base64, SVG as it is. What can't be drawn is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drawn {
    /// PNG.
    pub png: Option<String>,
    /// BMP, one bit a pixel.
    pub bmp: Option<String>,
    /// SVG.
    pub svg: Option<String>,
    /// Bytes for an ESC/POS printer.
    pub escpos: Option<String>,
}

/// No pictures: for services and tests without them.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPictures;

#[async_trait]
impl Pictures for NoPictures {
    async fn draw(&self, _drawing: &Drawing<'_>) -> Drawn {
        Drawn::default()
    }
}
