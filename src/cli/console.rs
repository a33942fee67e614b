//! `integrator console pair | slide | slides | ratings | preview | profiles`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use engine::ports::Clock;
use engine::settings::{ScreenSettings, Slide};
use payment::{ConsoleId, RegisterId, StoreId};
use serde_json::json;
use store::{Db, Pairing, check_settings};

use crate::cli::{paper, print, read};
use crate::clock::WallClock;
use crate::config::Config;
use crate::database;

/// What to do with buyers' screens.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator console pair 7KQ2-M9XD --store 17 --register 1 --console kiosk
  integrator console slide --store 17 --title \"Coffee −20 %\" --picture coffee.png
  integrator console slides --store 17 --clear
  integrator console ratings --store 17 --days 30
  integrator console preview --slip pay --profile generic-58 --language kk --png slip.png

A device shows its code at /pair. A device that had the console before loses it.")]
pub(super) enum Command {
    /// Draw a slip of a sample sale as one printer prints it.
    Preview(paper::Preview),
    /// List the printers and line displays that the program knows.
    Profiles,
    /// Give a console to the device that shows this code.
    Pair(Pairs),
    /// Add a slide to what the store's idle screens show.
    Slide(NewSlide),
    /// List the store's slides, or remove them.
    Slides {
        /// The store.
        #[arg(long, value_parser = StoreId::parse)]
        store: StoreId,
        /// Remove them all.
        #[arg(long)]
        clear: bool,
    },
    /// Count the buyers' ratings.
    Ratings {
        /// The store.
        #[arg(long, value_parser = StoreId::parse)]
        store: StoreId,
        /// Of so many days back from now.
        #[arg(long, default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..))]
        days: u16,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
}

/// Which device gets which console.
#[derive(Debug, Args)]
pub(super) struct Pairs {
    /// The code on the device, as it stands there.
    code: String,
    /// The store.
    #[arg(long, value_parser = StoreId::parse)]
    store: StoreId,
    /// Its register.
    #[arg(long, value_parser = RegisterId::parse)]
    register: RegisterId,
    /// The register's console.
    #[arg(long, value_parser = ConsoleId::parse)]
    console: ConsoleId,
}

/// A slide.
#[derive(Debug, Args)]
pub(super) struct NewSlide {
    /// The store.
    #[arg(long, value_parser = StoreId::parse)]
    store: StoreId,
    /// The big line.
    #[arg(long)]
    title: String,
    /// The small lines.
    #[arg(long, default_value = "")]
    text: String,
    /// A PNG, JPEG or WebP file of at most 512 KiB.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
}

/// Works on the database, beside a running service or without one: it takes changes over within a second.
pub(super) async fn run(command: Command, file: Option<&Path>) -> anyhow::Result<u8> {
    match command {
        // Paper needs no database and no configuration.
        Command::Preview(wanted) => paper::preview(&wanted).map(|()| 0),
        Command::Profiles => {
            paper::list();
            Ok(0)
        }
        command => on_records(command, &read(file)?).await,
    }
}

async fn on_records(command: Command, config: &Config) -> anyhow::Result<u8> {
    let db = database::open(config).await?;
    let status = match command {
        Command::Pair(pairs) => pair(&db, &pairs).await?,
        Command::Slide(slide) => add_slide(&db, slide).await?,
        Command::Slides { store, clear } => slides(&db, &store, clear).await?,
        Command::Ratings { store, days, json } => ratings(&db, &store, days, json).await?,
        Command::Preview(_) | Command::Profiles => 0,
    };
    db.close().await;
    Ok(status)
}

async fn pair(db: &Db, pairs: &Pairs) -> anyhow::Result<u8> {
    let Pairs { code, store, register, console } = pairs;
    match db.pair(code, (store, register, console), WallClock::start().now()).await? {
        Pairing::Paired(revision) => {
            print(&format!(
                "the device has console {store}/{register}/{console}; the settings are at revision {revision}"
            ));
            Ok(0)
        }
        Pairing::UnknownCode => {
            bail!(
                "no device shows {code} now: codes live ten minutes and work once; look at the device again"
            )
        }
        Pairing::UnknownConsole => {
            bail!(
                "there is no console {console} at register {register} of store {store}: `integrator settings export` lists them"
            )
        }
    }
}

async fn change(db: &Db, store: &StoreId, change: impl FnOnce(&mut ScreenSettings)) -> anyhow::Result<()> {
    let mut settings = db.settings().await?;
    let its = settings.stores.get_mut(store).ok_or_else(|| anyhow!("there is no store {store}"))?;
    change(&mut its.screens);
    check_settings(&settings)?;
    let revision = db.save_settings(&settings).await?;
    print(&format!("the settings are at revision {revision}"));
    Ok(())
}

async fn add_slide(db: &Db, new: NewSlide) -> anyhow::Result<u8> {
    let picture = new.picture.as_deref().map(picture).transpose()?;
    let slide = Slide { title: new.title, text: new.text, picture };
    change(db, &new.store, |screens| screens.slides.push(slide)).await?;
    Ok(0)
}

fn picture(file: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("{} can't be read", file.display()))?;
    Ok(STANDARD.encode(bytes))
}

async fn slides(db: &Db, store: &StoreId, clear: bool) -> anyhow::Result<u8> {
    if clear {
        change(db, store, |screens| screens.slides.clear()).await?;
        return Ok(0);
    }
    let settings = db.settings().await?;
    let its = settings.stores.get(store).ok_or_else(|| anyhow!("there is no store {store}"))?;
    for slide in &its.screens.slides {
        let picture = if slide.picture.is_some() { "  with a picture" } else { "" };
        print(&format!("{}  {}{picture}", slide.title, slide.text));
    }
    Ok(0)
}

async fn ratings(db: &Db, store: &StoreId, days: u16, as_json: bool) -> anyhow::Result<u8> {
    let now = WallClock::start().now();
    let from = now.minus(Duration::from_hours(24) * days.into());
    let counts = db.ratings(store, from, now).await?;
    let of = |rating| counts.iter().find(|count| count.rating == rating).map_or(0, |count| count.buyers);
    print(&if as_json {
        json!({ "store": store.as_str(), "days": days, "bad": of(1), "so_so": of(2), "good": of(3) })
            .to_string()
    } else {
        format!("good {}, so-so {}, bad {} in {days} days", of(3), of(2), of(1))
    });
    Ok(0)
}
