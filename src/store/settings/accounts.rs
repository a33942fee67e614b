//! Which bank, and whose account there, an authorization server stands for. What went by it is known there alone: elsewhere
//! its codes would be unknown, its money not there, and its refunds new ones. So that stays as it is while payments need it.

use std::collections::BTreeMap;
use std::fmt;

use engine::ports::StoreError;
use engine::settings::{ServerSettings, Settings};
use payment::ServerId;

use crate::Db;

/// The plain settings that name the bank or the account, of each payment module by its code name.
#[derive(Debug, Clone, Default)]
pub struct AccountKeys(BTreeMap<String, Vec<String>>);

impl AccountKeys {
    /// Of these modules.
    pub fn of<'a, K: IntoIterator<Item = &'a str>>(modules: impl IntoIterator<Item = (&'a str, K)>) -> Self {
        let owned =
            |(module, keys): (&str, K)| (module.to_owned(), keys.into_iter().map(str::to_owned).collect());
        Self(modules.into_iter().map(owned).collect())
    }

    fn of_module(&self, module: &str) -> &[String] {
        self.0.get(module).map_or(&[], Vec::as_slice)
    }
}

/// A setting that would lead a server elsewhere, although payments need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedAccount {
    /// The authorization server.
    pub server: ServerId,
    /// Which setting.
    pub setting: AccountSetting,
}

/// What says where a server leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountSetting {
    /// The payment module: the bank.
    Module,
    /// Test money or real money.
    Test,
    /// One of the module's own.
    Value(String),
}

/// The path below the server in the settings file.
impl fmt::Display for AccountSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module => formatter.write_str("module"),
            Self::Test => formatter.write_str("test"),
            Self::Value(name) => write!(formatter, "values.{name}"),
        }
    }
}

impl Db {
    /// What of a change of settings would lead servers elsewhere that payments need: money came by them and may have to go
    /// back the same way, or a code may still be paid there.
    pub async fn moved_accounts(
        &self,
        before: &Settings,
        after: &Settings,
        keys: &AccountKeys,
    ) -> Result<Vec<MovedAccount>, StoreError> {
        let mut moved = Vec::new();
        for (server, was) in &before.servers {
            let settings = after.servers.get(server).map(|is| moves(was, is, keys)).unwrap_or_default();
            if !settings.is_empty() && self.has_payments_of(server).await? {
                moved.extend(
                    settings.into_iter().map(|setting| MovedAccount { server: server.clone(), setting }),
                );
            }
        }
        Ok(moved)
    }
}

/// The settings that lead elsewhere. Of another module nothing else can be compared.
fn moves(was: &ServerSettings, is: &ServerSettings, keys: &AccountKeys) -> Vec<AccountSetting> {
    if was.module != is.module {
        return vec![AccountSetting::Module];
    }
    let value = |server: &ServerSettings, key: &String| server.values.get(key).cloned().unwrap_or_default();
    let others = keys.of_module(&is.module).iter().filter(|key| value(was, key) != value(is, key));
    let test = (was.test != is.test).then_some(AccountSetting::Test);
    test.into_iter().chain(others.cloned().map(AccountSetting::Value)).collect()
}
