//! What is told of a job is what happened, and no job is ever sent twice. Time is virtual.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

use std::time::Duration;

use device::{Block, Devices, Document, PrintOutcome, PrinterProfile, Profiles, Reason, encode};
use tokio::time::Instant;
use virtual_printer::{Script, Trouble, VirtualPrinter};

const PAYLOAD: &str = "https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD?type=02&bank=100000000009&sum=19800&cur=RUB&crc=C63A";
const WITHIN: Duration = Duration::from_secs(20);

fn profile(status: bool) -> PrinterProfile {
    PrinterProfile { status, ..Profiles::built_in().printers["atol-rp326"].clone() }
}

fn job() -> Vec<u8> {
    let mut slip = Document::default();
    slip.heading("Магазин");
    slip.push(Block::Code(PAYLOAD.to_owned()));
    encode(&slip, &profile(true)).unwrap()
}

/// Prints one job on a printer with this script; gives the outcome and what came to the printer.
async fn printed(script: Script, status: bool) -> (PrintOutcome, Vec<Vec<u8>>) {
    let printer = VirtualPrinter::start(script).await.unwrap();
    let address = printer.address().parse().unwrap();
    let outcome = Devices::default().print(&address, &profile(status), &job(), WITHIN).await;
    assert_eq!(printer.faults(), Vec::<String>::new());
    (outcome, printer.jobs())
}

#[tokio::test(start_paused = true)]
async fn a_healthy_printer_prints_once_and_says_so() {
    let well = Script::default();
    for script in
        [well, Script { chatters: true, ..well }, Script { pause: Some(Duration::from_millis(20)), ..well }]
    {
        let (outcome, jobs) = printed(script, true).await;
        assert_eq!((outcome, jobs), (PrintOutcome::Printed, vec![job()]), "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_that_is_there_before_is_a_failure_and_not_one_byte_is_sent() {
    for (trouble, reason) in [
        (Trouble::PaperEnd, Reason::PaperEnd),
        (Trouble::CoverOpen, Reason::CoverOpen),
        (Trouble::SilentCover, Reason::Silent),
        (Trouble::Cutter, Reason::CutterError),
        (Trouble::Dead, Reason::Silent),
    ] {
        let (outcome, jobs) =
            printed(Script { trouble: Some((0, trouble)), ..Script::default() }, true).await;
        assert_eq!((outcome, jobs), (PrintOutcome::Failed(reason), Vec::new()), "{trouble:?}");
    }
    let (outcome, jobs) = printed(Script { half_closed: true, ..Script::default() }, true).await;
    assert_eq!((outcome, jobs), (PrintOutcome::Failed(Reason::Closed), Vec::new()));
}

#[tokio::test(start_paused = true)]
async fn trouble_after_the_first_byte_is_not_confirmed_and_nothing_is_sent_again() {
    let after = |trouble| Script { trouble: Some((40, trouble)), ..Script::default() };
    for (script, reason) in [
        (after(Trouble::PaperEnd), Reason::PaperEnd),
        (after(Trouble::CoverOpen), Reason::CoverOpen),
        (after(Trouble::SilentCover), Reason::Silent),
        (after(Trouble::Dead), Reason::Silent),
        (Script { closes_after: Some(40), ..Script::default() }, Reason::Closed),
        (Script { no_confirmation: true, ..Script::default() }, Reason::Silent),
        (Script { pause: Some(Duration::from_millis(500)), ..Script::default() }, Reason::Silent),
    ] {
        let (outcome, jobs) = printed(script, true).await;
        assert_eq!(outcome, PrintOutcome::NotConfirmed(reason), "{script:?}");
        assert_eq!(jobs.len(), 1, "{script:?}");
        assert!(job().starts_with(&jobs[0]), "{script:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_tells_nothing_gets_all_bytes_and_is_not_confirmed() {
    let (outcome, jobs) = printed(Script::default(), false).await;
    assert_eq!((outcome, jobs), (PrintOutcome::NotConfirmed(Reason::TellsNothing), vec![job()]));
}

#[tokio::test(start_paused = true)]
async fn a_printer_that_is_not_there_is_a_failure() {
    let printer = VirtualPrinter::start(Script::default()).await.unwrap();
    let address = printer.address().parse().unwrap();
    drop(printer);
    tokio::task::yield_now().await;
    let outcome = Devices::default().print(&address, &profile(true), &job(), WITHIN).await;
    assert!(matches!(outcome, PrintOutcome::Failed(Reason::Unreachable(_))), "{outcome:?}");
    for address in ["file:///nowhere/lp0", "serial:///nowhere/ttyS0"] {
        let outcome =
            Devices::default().print(&address.parse().unwrap(), &profile(true), &job(), WITHIN).await;
        assert!(matches!(outcome, PrintOutcome::Failed(Reason::Unreachable(_))), "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_job_at_a_time_is_at_a_printer() {
    let printer = VirtualPrinter::start(Script::default()).await.unwrap();
    let (address, devices) = (printer.address().parse().unwrap(), Devices::default());
    let (profile, job) = (profile(true), job());
    let print = || devices.print(&address, &profile, &job, WITHIN);
    let outcomes = tokio::join!(print(), print(), print());
    let well = || PrintOutcome::Printed;
    assert_eq!(outcomes, (well(), well(), well()));
    assert_eq!(printer.jobs().len(), 3);
    assert_eq!(printer.most_at_once(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_job_that_waited_its_whole_time_was_never_sent() {
    let printer = VirtualPrinter::start(Script { no_confirmation: true, ..Script::default() }).await.unwrap();
    let (address, devices) = (printer.address().parse().unwrap(), Devices::default());
    let (profile, job) = (profile(true), job());
    let (first, second) = tokio::join!(
        devices.print(&address, &profile, &job, WITHIN),
        devices.print(&address, &profile, &job, Duration::from_secs(5)),
    );
    assert_eq!(first, PrintOutcome::NotConfirmed(Reason::Silent));
    assert_eq!(second, PrintOutcome::Failed(Reason::Busy));
    assert_eq!(printer.jobs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dead_printer_does_not_delay_its_neighbour() {
    let dead = Script { trouble: Some((40, Trouble::Dead)), ..Script::default() };
    let (dead, well) =
        (VirtualPrinter::start(dead).await.unwrap(), VirtualPrinter::start(Script::default()).await.unwrap());
    let (devices, profile, job) = (Devices::default(), profile(true), job());
    let (of_dead, of_well) = (dead.address().parse().unwrap(), well.address().parse().unwrap());
    let began = Instant::now();
    let (ill, healthy) = tokio::join!(devices.print(&of_dead, &profile, &job, WITHIN), async {
        let outcome = devices.print(&of_well, &profile, &job, WITHIN).await;
        (outcome, began.elapsed())
    });
    assert_eq!(ill, PrintOutcome::NotConfirmed(Reason::Silent));
    assert_eq!(healthy.0, PrintOutcome::Printed);
    assert!(healthy.1 < Duration::from_secs(2), "{:?}", healthy.1);
}

#[tokio::test(start_paused = true)]
async fn every_job_ends_a_second_after_its_time_at_the_latest() {
    let slow = Script { pause: Some(Duration::from_mins(1)), ..Script::default() };
    for script in [
        slow,
        Script { no_confirmation: true, ..Script::default() },
        Script { trouble: Some((2000, Trouble::Dead)), ..Script::default() },
        Script { trouble: Some((0, Trouble::Dead)), ..Script::default() },
    ] {
        let began = Instant::now();
        let _ = printed(script, true).await;
        assert!(began.elapsed() <= WITHIN + Duration::from_secs(1), "{script:?}: {:?}", began.elapsed());
    }
}
