//! `integrator plates poster | check | release`: a plate on paper, what it says, and its end.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use console::{Language, Poster, PosterPaper, has_wrong_checksum};
use engine::settings::{Settings, StoreSettings};
use payment::{Plate, RegisterId, ServerId, StoreId};
use store::{Db, HeldLink};

use crate::cli::print;

/// Which plate.
#[derive(Debug, Args)]
pub(crate) struct Named {
    /// The store.
    #[arg(long, value_parser = StoreId::parse)]
    store: StoreId,
    /// Its register.
    #[arg(long, value_parser = RegisterId::parse)]
    register: RegisterId,
    /// The authorization server that the plate is of.
    #[arg(long, value_parser = ServerId::parse)]
    server: ServerId,
    /// The plate that stands open.
    #[arg(long)]
    open: bool,
}

/// A poster.
#[derive(Debug, Args)]
pub(crate) struct Posting {
    #[command(flatten)]
    named: Named,
    /// The paper.
    #[arg(long, value_enum, default_value_t = Paper::A6)]
    paper: Paper,
    /// The language: ru, en, kk, ky, hi. Left out: the store's.
    #[arg(long, value_parser = language)]
    language: Option<Language>,
    /// Write the poster here as SVG.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// Write the poster here as PDF.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
}

/// What a plate must say.
#[derive(Debug, Args)]
pub(crate) struct Checking {
    #[command(flatten)]
    named: Named,
    /// What a phone read from the poster or the tag.
    #[arg(long, value_name = "TEXT")]
    read: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Paper {
    /// 105 by 148 mm.
    A6,
    /// 148 by 210 mm.
    A5,
}

fn language(code: &str) -> Result<Language, String> {
    Language::parse(code).ok_or_else(|| "one of ru, en, kk, ky, hi is wanted".to_owned())
}

fn store_of<'a>(settings: &'a Settings, named: &Named) -> anyhow::Result<&'a StoreSettings> {
    settings.stores.get(&named.store).ok_or_else(|| anyhow!("there is no store {}", named.store))
}

fn plate_of<'a>(store: &'a StoreSettings, named: &Named) -> anyhow::Result<&'a Plate> {
    let Named { store: id, register, server, open } = named;
    let its = store.registers.get(register);
    let its = its.ok_or_else(|| anyhow!("there is no register {register} in store {id}"))?;
    let plates = if *open { &its.open_plates } else { &its.plates };
    plates.get(server).ok_or_else(|| {
        let kind = if *open { "an open plate" } else { "a cash link" };
        anyhow!("register {id}/{register} has no plate of {server} that is {kind}: `integrator plates list` shows them")
    })
}

/// Draws a poster, and tells what to write to a tag.
pub(super) async fn post(db: &Db, wanted: &Posting) -> anyhow::Result<()> {
    let settings = db.settings().await?;
    let store = store_of(&settings, &wanted.named)?;
    let plate = plate_of(store, &wanted.named)?;
    let server = settings.servers.get(&wanted.named.server);
    let poster = Poster {
        plate,
        is_open: wanted.named.open,
        shop: &store.name,
        register: &store.registers[&wanted.named.register].name,
        language: wanted.language.or_else(|| Language::parse(&store.language)).unwrap_or_default(),
        is_test: server.is_some_and(|server| server.test),
    };
    let paper = match wanted.paper {
        Paper::A6 => PosterPaper::A6,
        Paper::A5 => PosterPaper::A5,
    };
    let write = |file: &PathBuf, content: &[u8]| {
        std::fs::write(file, content).with_context(|| format!("writing {}", file.display()))?;
        print(&format!("{} bytes are in {}", content.len(), file.display()));
        anyhow::Ok(())
    };
    if let Some(file) = &wanted.svg {
        write(file, poster.svg(paper)?.as_bytes())?;
    }
    if let Some(file) = &wanted.pdf {
        write(file, &poster.pdf(paper)?)?;
    }
    if wanted.svg.is_none() && wanted.pdf.is_none() {
        print("no file was asked for: --svg FILE and --pdf FILE draw the poster");
    }
    print(&format!("NFC: write one URI record to the tag, and lock it:\n{}", plate.payload));
    Ok(())
}

/// Tells whether a plate says what it must, and which sale has it.
pub(super) async fn check(db: &Db, wanted: &Checking) -> anyhow::Result<u8> {
    let settings = db.settings().await?;
    let plate = plate_of(store_of(&settings, &wanted.named)?, &wanted.named)?;
    print(&plate.payload);
    if has_wrong_checksum(&plate.payload) {
        print("its checksum is wrong: ask the bank for the text once more; it is used as the bank gave it");
    }
    match HeldLink::holder(&db.links_held().await?, &wanted.named.server, plate) {
        Some(payment) => print(&format!("payment {payment} has it")),
        None => print("no payment has it"),
    }
    let Some(read) = &wanted.read else { return Ok(0) };
    if read.trim() == plate.payload {
        print("what was read is what the plate must say");
        return Ok(0);
    }
    let owner = settings.register_of_plate(read.trim()).map_or_else(
        || "of no register here".to_owned(),
        |(store, register)| format!("that of register {store}/{register}"),
    );
    print(&format!("what was read is another text, {owner}: take it away from this register"));
    Ok(1)
}

/// Takes a plate from its register. A sale that has it goes on; until it is over the plate stays.
pub(super) async fn release(db: &Db, named: &Named) -> anyhow::Result<()> {
    let mut settings = db.settings().await?;
    let plate = plate_of(store_of(&settings, named)?, named)?.clone();
    if let Some(payment) = HeldLink::holder(&db.links_held().await?, &named.server, &plate) {
        bail!(
            "payment {payment} has the plate: cancel the sale at its register, and release the plate when it is over"
        );
    }
    let store = settings.stores.get_mut(&named.store);
    if let Some(its) = store.and_then(|store| store.registers.get_mut(&named.register)) {
        let plates = if named.open { &mut its.open_plates } else { &mut its.plates };
        plates.remove(&named.server);
    }
    let revision = db.save_settings(&settings).await?;
    print(&format!(
        "register {}/{} has the plate {} no more; the settings are at revision {revision}. Take it off the counter: the bank \
         still knows it",
        named.store, named.register, plate.link
    ));
    Ok(())
}
