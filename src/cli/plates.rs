//! `integrator plates list | bind | poster | check | release | unclaimed`.

mod poster;

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use clap::{Args, Subcommand};
use connector_sdk::PlateRequest;
use payment::{CodeId, RegisterId, ServerId, StoreId};
use serde_json::json;
use store::{Db, HeldLink};
use uuid::Uuid;

use crate::banks::connect;
use crate::cli::print;
use crate::config::Config;
use crate::database;

/// What to do with plates.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator plates list
  integrator plates bind --store 17 --register 2 --server raiffeisen                    a new link
  integrator plates bind --store 17 --register 2 --server raiffeisen --printed BS1R00…  a printed plate
  integrator plates bind --store 17 --register 2 --server raiffeisen --open             a code without an amount
  integrator plates poster --store 17 --register 2 --server raiffeisen --pdf plate.pdf  a poster, and the text of a tag
  integrator plates check --store 17 --register 2 --server raiffeisen --read 'https…'   is it the right one?
  integrator plates release --store 17 --register 2 --server raiffeisen                 take it from the register
  integrator plates unclaimed                                                           what arrived there

A plate that a sale keeps is freed when the bank says that its order is over. To hurry it: cancel the sale that
`plates list` names; the service withdraws its order and asks the bank until it is certain.")]
pub(super) enum Command {
    /// List the registers' plates, and the payments that have them now.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Make a cash link or an open plate at the bank, or bind a printed plate, and give it to a register.
    Bind(Binding),
    /// Draw a poster that is ready to print, and print the text of an NFC tag.
    Poster(poster::Posting),
    /// Tell whether a plate says what it must, and which payment has it. Exit status 1: it says something else.
    Check(poster::Checking),
    /// Take a plate from its register.
    Release(poster::Named),
    /// List money that is of no payment: paid at an open plate, or at a code that somebody else made.
    Unclaimed {
        /// At most so many, newest first.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
}

/// Which plate goes where.
#[derive(Debug, Args)]
pub(super) struct Binding {
    /// The store.
    #[arg(long, value_parser = StoreId::parse)]
    store: StoreId,
    /// Its register.
    #[arg(long, value_parser = RegisterId::parse)]
    register: RegisterId,
    /// The authorization server whose bank makes or binds it.
    #[arg(long, value_parser = ServerId::parse)]
    server: ServerId,
    /// The id of a printed plate or tag. Without it the bank makes a new link.
    #[arg(long, value_name = "ID", value_parser = CodeId::parse)]
    printed: Option<CodeId>,
    /// A plate that stands open: buyers type the amount, and the register claims what arrives.
    #[arg(long, conflicts_with = "printed")]
    open: bool,
}

/// Works on the database, beside a running service or without one: it takes a new plate over within a second.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let db = database::open(config).await?;
    let mut status = 0;
    match command {
        Command::List { json } => list(&db, json).await?,
        Command::Unclaimed { limit, json } => unclaimed(&db, limit, json).await?,
        Command::Bind(binding) => bind(&db, config, binding).await?,
        Command::Poster(wanted) => poster::post(&db, &wanted).await?,
        Command::Check(wanted) => status = poster::check(&db, &wanted).await?,
        Command::Release(named) => poster::release(&db, &named).await?,
    }
    db.close().await;
    Ok(status)
}

async fn list(db: &Db, as_json: bool) -> anyhow::Result<()> {
    let (settings, held) = (db.settings().await?, db.links_held().await?);
    for (store, its) in &settings.stores {
        for (register, its) in &its.registers {
            let links = its.plates.iter().map(|its| (false, its));
            for (is_open, (server, plate)) in links.chain(its.open_plates.iter().map(|its| (true, its))) {
                let payment = HeldLink::holder(&held, server, plate).map(|payment| payment.to_string());
                print(&if as_json {
                    json!({
                        "store": store.as_str(), "register": register.as_str(), "server": server.as_str(),
                        "link": plate.link.as_str(), "payload": plate.payload, "payment": payment, "open": is_open,
                    })
                    .to_string()
                } else {
                    let free = if is_open { "open" } else { "free" };
                    let of = payment.map_or(free.to_owned(), |payment| format!("payment {payment}"));
                    format!("{store}/{register}  {server}  {}  {of}", plate.link)
                });
            }
        }
    }
    Ok(())
}

async fn unclaimed(db: &Db, limit: usize, as_json: bool) -> anyhow::Result<()> {
    for credit in db.unclaimed(limit).await? {
        let name = format!("{}:{}", credit.server, credit.transaction);
        print(&if as_json {
            json!({
                "credit": name, "code": credit.code.as_str(), "is_confirmed": credit.is_confirmed,
                "amount": credit.amount, "found_at": credit.found_at.to_string(), "payer": credit.payer,
            })
            .to_string()
        } else {
            let standing = if credit.is_confirmed { "confirmed" } else { "only told, not confirmed" };
            format!("{name}  {}  at {}  {}  {standing}", credit.amount, credit.code, credit.found_at)
        });
    }
    Ok(())
}

async fn bind(db: &Db, config: &Config, binding: Binding) -> anyhow::Result<()> {
    let Binding { store, register, server, printed, open } = binding;
    let mut settings = db.settings().await?;
    let its = settings.stores.get_mut(&store).and_then(|store| store.registers.get_mut(&register));
    let its = its.ok_or_else(|| anyhow!("there is no register {register} in store {store}"))?;
    let configured = settings.servers.get(&server);
    let configured = configured.ok_or_else(|| anyhow!("there is no authorization server {server}"))?;
    let keyring = database::keyring(config)?;
    let secrets = db.secrets(&server, &keyring).await?;
    connector_sdk::http::install_crypto();
    let connector = connect(configured, Some(&secrets)).map_err(|reason| anyhow!("{server}: {reason}"))?;
    let open_as = open.then(|| Uuid::now_v7().simple().to_string());
    let request = PlateRequest { open_as, draft: printed, description: Some(its.name.clone()) };
    let limit = Duration::from_millis(u64::from(configured.call_timeout_ms));
    let Ok(made) = tokio::time::timeout(limit, connector.make_plate(&request)).await else {
        bail!("the bank did not answer within {limit:?}: look into its cabinet before you try again");
    };
    let plate = made.context("the bank gave no plate")?;
    print(&format!("{}  {}", plate.link, plate.payload));
    let plates = if open { &mut its.open_plates } else { &mut its.plates };
    plates.insert(server, plate);
    let revision = db.save_settings(&settings).await?;
    print(&format!("register {store}/{register} has it; the settings are at revision {revision}"));
    Ok(())
}
