//! Device files, serial lines and line displays. The time is real: the system moves bytes through terminals when it likes.

#![expect(clippy::unwrap_used, reason = "a test that can't go on fails there")]

use std::fs::File;
use std::os::fd::OwnedFd;
use std::time::Duration;

use device::{
    Address, Block, Devices, Document, PrintOutcome, PrinterProfile, Profiles, Reason, encode, shown,
};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
use tokio::net::unix::pipe;
use virtual_printer::{LineDisplay, Page, Script, VirtualPrinter};

const WITHIN: Duration = Duration::from_secs(20);

/// A line with two ends: a printer at the one, and the path of the other.
fn line() -> (impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static, String, OwnedFd) {
    let end = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&end).unwrap();
    unlockpt(&end).unwrap();
    let path = ptsname(&end, Vec::new()).unwrap().into_string().unwrap();
    // Held open, and without what terminals do to bytes: a printer's device file has nothing of it.
    let other: OwnedFd = File::options().read(true).write(true).open(&path).unwrap().into();
    let mut terminal = tcgetattr(&other).unwrap();
    terminal.make_raw();
    tcsetattr(&other, OptionalActions::Now, &terminal).unwrap();
    rustix::io::ioctl_fionbio(&end, true).unwrap();
    let end = File::from(end);
    let writer = pipe::Sender::from_file_unchecked(end.try_clone().unwrap()).unwrap();
    (tokio::io::join(pipe::Receiver::from_file_unchecked(end).unwrap(), writer), path, other)
}

fn slip() -> (PrinterProfile, Vec<u8>) {
    let profile = Profiles::built_in().printers["epson-tm-t20"].clone();
    let mut slip = Document::default();
    slip.line("Магазин");
    slip.push(Block::Code("https://qr.nspk.ru/AD10006M8KH234K782OQM0L13JI31LQD".to_owned()));
    let bytes = encode(&slip, &profile).unwrap();
    (profile, bytes)
}

#[tokio::test]
async fn device_files_and_serial_ports_are_printed_to_and_answer() {
    let (profile, bytes) = slip();
    for scheme in ["file://", "serial://"] {
        let (end, path, _held) = line();
        let printer = VirtualPrinter::behind(end, Script::default());
        let address: Address = format!("{scheme}{path}").parse().unwrap();
        let outcome = Devices::default().print(&address, &profile, &bytes, WITHIN).await;
        assert_eq!(outcome, PrintOutcome::Printed, "{address}");
        assert_eq!((printer.jobs(), printer.faults()), (vec![bytes.clone()], vec![]), "{address}");
    }
}

#[tokio::test]
async fn a_silent_device_file_holds_nothing_up() {
    let (profile, bytes) = slip();
    let (_end, path, _held) = line();
    let address: Address = format!("file://{path}").parse().unwrap();
    let outcome = Devices::default().print(&address, &profile, &bytes, WITHIN).await;
    assert_eq!(outcome, PrintOutcome::Failed(Reason::Silent));
}

#[tokio::test]
async fn a_spool_file_gets_the_bytes() {
    let (profile, bytes) = slip();
    let profile = PrinterProfile { status: false, ..profile };
    let file = tempfile::NamedTempFile::new().unwrap();
    let address: Address = format!("file://{}", file.path().display()).parse().unwrap();
    let outcome = Devices::default().print(&address, &profile, &bytes, WITHIN).await;
    assert_eq!(outcome, PrintOutcome::NotConfirmed(Reason::TellsNothing));
    assert_eq!(std::fs::read(file.path()).unwrap(), bytes);
}

#[test]
fn both_kinds_of_line_displays_show_what_they_are_told() {
    for (name, pages, lines) in [
        ("generic-cd5220", vec![], ["198,00 RUB", "Scan the code"]),
        ("ocd-300", vec![(vec![0x1B, 0x74, 0x0B], Page::Cp866)], ["198,00 руб.", "Отсканируйте код"]),
        (
            "ocd-300-cp1251",
            vec![(vec![0x1B, 0x74, 0x0C], Page::Cp1251)],
            ["198,00 руб.", "Тест, не оплачено…"],
        ),
    ] {
        let profile = &Profiles::built_in().displays[name];
        let mut display = LineDisplay::new(pages);
        let told = lines.map(str::to_owned);
        display.take(&shown(profile, &told)).unwrap();
        assert_eq!(display.lines(), told, "{name}");
        display.take(&device::cleared(profile)).unwrap();
        assert_eq!(display.lines(), ["", ""], "{name}");
    }
}
