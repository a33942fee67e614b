//! `integrator settings import | export`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Subcommand;
use serde_json::json;
use store::{Db, Edit, Entity, KeyFile, SettingsFile};

use crate::cli::print;
use crate::config::Config;
use crate::{database, registry};

/// What to do with the settings.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator settings export > shop.toml
  integrator settings import shop.toml --dry-run    shows what would change
  integrator settings import shop.toml              a running service takes it over within a second

Secrets come out sealed: they open only with the same key file. Put new ones in as clear text:
  [servers.raiffeisen.secrets]
  secret_key = \"…\"")]
pub(super) enum Command {
    /// Make what the file names be as the file says; leave everything else as it is.
    Import {
        /// The TOML file.
        file: PathBuf,
        /// Only show what would change.
        #[arg(long)]
        dry_run: bool,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print all settings as one TOML file.
    Export,
    /// Make the key file that seals credentials, if it is not there. Instances that share a database need the same one.
    Key,
}

/// Reads or changes the settings, beside a running service or without one.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    if let Command::Key = command {
        KeyFile::load_or_create(&config.key_file)?;
        print(&format!("the key file is {}: keep a copy apart from the database", config.key_file.display()));
        return Ok(0);
    }
    let db = database::open_or_create(config).await?;
    match command {
        Command::Key => {}
        Command::Import { file, dry_run, json } => import(&db, config, &file, dry_run, json).await?,
        Command::Export => print(db.export_settings().await?.trim_end()),
    }
    db.close().await;
    Ok(0)
}

async fn import(
    db: &Db,
    config: &Config,
    path: &std::path::Path,
    dry_run: bool,
    json: bool,
) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} can't be read", path.display()))?;
    let keyring = database::keyring(config)?;
    let file = SettingsFile::parse(&text).with_context(|| format!("{} can't be imported", path.display()))?;
    let plan = db
        .plan_import(&file, &keyring, &registry::account_keys())
        .await
        .with_context(|| format!("{} can't be imported", path.display()))?;
    for edit in plan.edits() {
        print(&line_of(edit, json));
    }
    if plan.edits().is_empty() && !json {
        print("everything is as the file says already");
    }
    if dry_run {
        return Ok(());
    }
    let revision = db.apply_import(plan).await?;
    if !json {
        print(&format!("the settings are at revision {revision}"));
    }
    Ok(())
}

/// One change: what is new, what changes, what it was. Secrets only say that they change.
fn line_of(edit: &Edit, json: bool) -> String {
    let word = match (&edit.before, &edit.after) {
        (None, _) => "add",
        (Some(_), Some(_)) => "change",
        (Some(_), None) => "remove",
    };
    let is_secret = matches!(edit.entity, Entity::Secret(..));
    let shown = |body: &Option<serde_json::Value>| body.clone().filter(|_| !is_secret);
    if json {
        let (before, after) = (shown(&edit.before), shown(&edit.after));
        return json!({ "change": word, "what": edit.entity.to_string(), "before": before, "after": after })
            .to_string();
    }
    let after = shown(&edit.after).map_or_else(String::new, |body| format!("  {body}"));
    format!("{word:<7} {}{after}", edit.entity)
}
