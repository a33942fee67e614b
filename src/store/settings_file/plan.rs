//! What an import would change, and doing it.

use std::collections::BTreeSet;

use payment::ServerId;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::{ImportError, ImportPlan, SecretText, SettingsFile};
use crate::seal::Keyring;
use crate::settings::{
    AccountKeys, ApiKey, ChangeSettingsError, Entities, Entity, MovedAccount, Problems, check_settings,
    edits, is_sha256, place_of_secret, together,
};
use crate::{Db, read};

/// Why a server leads where it led.
const MOVED: &str = "payments went by this server and are known only where it leads now: another bank, account or money needs a server of its own";

impl Db {
    /// What importing this file would change. Everything that does not fit together is named at once. `accounts` says which
    /// settings of servers must stay as they are while payments need them.
    pub async fn plan_import(
        &self,
        file: &SettingsFile,
        keyring: &Keyring,
        accounts: &AccountKeys,
    ) -> Result<ImportPlan, ImportError> {
        let (base, before) = read::settings::everything(self.pool()).await?;
        let mut after = before.clone();
        after.extend(file.named.clone());
        let mut problems = Problems::default();
        find_strays(&after, file, &mut problems);
        if problems.0.is_empty() {
            let (held, wanted) = (together(base, before.clone())?, together(base, after.clone())?);
            if let Err(found) = check_settings(&wanted) {
                problems.0.extend(found.0);
            }
            for MovedAccount { server, setting } in self.moved_accounts(&held, &wanted, accounts).await? {
                problems.at(format!("{}.{setting}", Entity::Server(server)), MOVED);
            }
        }
        check_api_keys(&after, &mut problems);
        for ((server, name), text) in &file.secrets {
            let entity = Entity::Secret(server.clone(), name.clone());
            match kept_secret(server, name, text, before.get(&entity), keyring) {
                Ok(kept) => drop(after.insert(entity, kept)),
                Err(cure) => problems.at(entity, cure),
            }
        }
        let edits = edits(&before, &after);
        problems.into_result().map_err(ImportError::Problems)?;
        Ok(ImportPlan { base, edits })
    }

    /// Makes the changes of a plan; returns the revision. Refused if the settings have changed since it was made.
    pub async fn apply_import(&self, plan: ImportPlan) -> Result<u64, ChangeSettingsError> {
        if plan.edits.is_empty() {
            return Ok(plan.base);
        }
        self.change_settings(Some(plan.base), plan.edits).await
    }
}

/// Things whose parents are neither in the file nor in the database.
fn find_strays(after: &Entities, file: &SettingsFile, problems: &mut Problems) {
    let owners = file.secrets.keys().map(|(server, _)| Entity::Server(server.clone()));
    let parents = file.named.keys().filter_map(parent);
    let needed: BTreeSet<Entity> = file.passed.iter().cloned().chain(owners).chain(parents).collect();
    for entity in needed {
        if !after.contains_key(&entity) {
            problems.at(
                &entity,
                format!("it is not there yet, and the file does not describe it; fill [{entity}]"),
            );
        }
    }
}

/// What a thing hangs on.
fn parent(entity: &Entity) -> Option<Entity> {
    match entity {
        Entity::Register(store, _) | Entity::PaymentType(store, _) => Some(Entity::Store(store.clone())),
        Entity::Console(store, register, _) => Some(Entity::Register(store.clone(), register.clone())),
        Entity::Secret(server, _) => Some(Entity::Server(server.clone())),
        Entity::Store(_) | Entity::Server(_) | Entity::ApiKey(_) => None,
    }
}

fn check_api_keys(after: &Entities, problems: &mut Problems) {
    let mut hashes = BTreeSet::new();
    for (entity, body) in after {
        if !matches!(entity, Entity::ApiKey(_)) {
            continue;
        }
        let Ok(key) = serde_json::from_value::<ApiKey>(body.clone()) else { continue };
        if !is_sha256(&key.sha256) {
            problems.at(format!("{entity}.sha256"), "not the SHA-256 of a key: 64 characters of 0-9 a-f");
        }
        if !after.contains_key(&Entity::Store(key.store.clone())) {
            problems.wrong(
                format!("{entity}.store"),
                &key.store,
                "there is no such store; name one of [stores]",
            );
        }
        if !hashes.insert(key.sha256) {
            problems.at(format!("{entity}.sha256"), "another key has the same hash; make a key for each");
        }
    }
}

/// The sealed text to keep: the present one, if it says the same and was sealed with the present key.
fn kept_secret(
    server: &ServerId,
    name: &str,
    text: &SecretText,
    before: Option<&Value>,
    keyring: &Keyring,
) -> Result<Value, String> {
    let place = place_of_secret(server, name);
    let clear = match text {
        SecretText::Clear(clear) => clear.clone(),
        SecretText::Sealed(sealed) => keyring.open(&place, sealed).map_err(|error| error.to_string())?,
    };
    if let Some(Value::String(kept)) = before
        && keyring.is_sealed_with_present_key(kept)
        && let Ok(same) = keyring.open(&place, kept)
        && same.expose_secret() == clear.expose_secret()
    {
        return Ok(Value::String(kept.clone()));
    }
    keyring.seal(&place, &clear).map(Value::String).map_err(|error| error.to_string())
}
