//! `integrator setup-link` and `integrator users list | add | reset`.

use admin::{NewUser, add_user, new_setup_link, reset_user};
use anyhow::anyhow;
use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use store::{Db, Grant, People};

use crate::cli::print;
use crate::config::Config;
use crate::database::{self, command_line};

/// Where the link leads.
#[derive(Debug, Args)]
pub(super) struct SetupLink {
    /// The address at which browsers reach the service; without it the one that it listens on.
    #[arg(long, value_name = "URL")]
    base: Option<String>,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
#[command(after_help = "Examples:
  integrator users list
  integrator users add olga --name \"Olga Ivanova\" --role store_admin:17
  integrator users add audit --name \"Auditor\" --role auditor
  integrator users reset olga      a temporary password; the second factor and all sessions go

Roles: owner, admin (always of the whole chain), store_admin, support, cashier, auditor (everywhere, or of a store after a
colon).")]
pub(super) enum Command {
    /// List users.
    List {
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Add a user with a temporary password, which is printed once.
    Add {
        /// What they sign in with.
        login: String,
        /// Their name for people.
        #[arg(long)]
        name: String,
        /// A role, or a role and a store: may be given several times.
        #[arg(long = "role", required = true, value_name = "ROLE[:STORE]")]
        roles: Vec<Grant>,
    },
    /// Give a user a temporary password, which is printed once; the second factor and all sessions go.
    Reset {
        /// The user's login.
        login: String,
    },
}

/// Works on the database, beside a running service or without one.
pub(super) async fn run(command: Command, config: &Config) -> anyhow::Result<u8> {
    let db = database::open(config).await?;
    let done = act(command, &db).await;
    db.close().await;
    done.map(|()| 0)
}

async fn act(command: Command, db: &Db) -> anyhow::Result<()> {
    match command {
        Command::List { json } => list(db, json).await,
        Command::Add { login, name, roles } => {
            let password =
                add_user(db, NewUser { login: login.clone(), name, grants: roles }, command_line()).await?;
            print(&format!("user {login}: temporary password {}", password.expose_secret()));
            Ok(())
        }
        Command::Reset { login } => {
            let password = reset_user(db, &login, command_line()).await?;
            print(&format!("user {login}: temporary password {}", password.expose_secret()));
            Ok(())
        }
    }
}

async fn list(db: &Db, as_json: bool) -> anyhow::Result<()> {
    for user in db.users().await? {
        let roles: Vec<String> = user.body.grants.iter().map(Grant::to_string).collect();
        print(&if as_json {
            user.told().to_string()
        } else {
            let blocked = if user.body.is_blocked { "  blocked" } else { "" };
            format!("{:<20}  {:<30}  {}{blocked}", user.login, roles.join(", "), user.body.name)
        });
    }
    Ok(())
}

/// Makes the link and prints it.
pub(super) async fn setup_link(arguments: &SetupLink, config: &Config) -> anyhow::Result<u8> {
    let db = database::open_or_create(config).await?;
    let own = || format!("{}://{}", config.http.scheme(), config.http.listen);
    let base = arguments.base.clone().unwrap_or_else(own);
    let made = new_setup_link(&db, command_line()).await;
    db.close().await;
    let link = made.map_err(|error| anyhow!("{error}"))?;
    print(&format!("{}{}", base.trim_end_matches('/'), link.path.expose_secret()));
    print(&format!("good once, until {}", link.ends_at));
    Ok(0)
}

/// At the start of a service that has no owner yet: prints a link for the first one. It goes to the terminal, not into the log.
pub(super) async fn tell_setup_link(db: &Db, base: &str) {
    if let Ok(link) = new_setup_link(db, command_line()).await {
        print(&format!("There is no owner yet. Open once, until {}:", link.ends_at));
        print(&format!("  {base}{}", link.path.expose_secret()));
    }
}
