//! What a payment module can do under the settings of a server, and what it says to people.

use std::sync::Arc;
use std::time::Duration;

use connector_sdk::{Capabilities, Connector, Module, SettingsError, SettingsKey, Told};
use console::Language;
use engine::settings::ServerSettings;
use payment::{CodeKind, RefundAbility};
use secrecy::SecretString;
use store::Secrets;

use super::kind_key;
use crate::form::{Field, Kind};
use crate::reasons;
use crate::state::Admin;
use crate::words::Words;

/// Stands for a credential that is not there yet while the rest of the settings is checked.
const PLACEHOLDER: &str = "not-given-yet";

/// All kinds of code, as pages list them.
pub(super) const KINDS: [CodeKind; 4] =
    [CodeKind::Dynamic, CodeKind::Static, CodeKind::CashLink, CodeKind::Buyer];

/// Builds the connector; makes no call.
pub(super) fn connect(
    module: &dyn Module,
    server: &ServerSettings,
    secrets: &Secrets,
) -> Result<Arc<dyn Connector>, SettingsError> {
    module.connect(&connector_sdk::ServerSettings {
        values: server.values.clone(),
        secrets: secrets.clone(),
        call_timeout: Duration::from_millis(u64::from(server.call_timeout_ms)),
    })
}

/// The same with a stand-in for credentials that come later.
pub(super) fn connect_for_now(
    module: &dyn Module,
    server: &ServerSettings,
    secrets: &Secrets,
) -> Result<Arc<dyn Connector>, SettingsError> {
    let mut secrets = secrets.clone();
    for key in module.manifest().keys.iter().filter(|key| key.secret) {
        secrets.entry(key.name.to_owned()).or_insert_with(|| SecretString::from(PLACEHOLDER));
    }
    connect(module, server, &secrets)
}

/// What a server's module can do under its settings, whatever its credentials; `None`: its settings are not whole.
pub(super) fn abilities(admin: &Admin, server: &ServerSettings) -> Option<Capabilities> {
    let module = admin.module(&server.module)?;
    Some(connect_for_now(module, server, &Secrets::new()).ok()?.capabilities())
}

/// The field of a setting: what people call it, with its name in the bank's papers beside it.
pub(super) fn setting_field(
    words: &Words,
    prefix: &str,
    key: &SettingsKey,
    kind: Kind,
    help: String,
) -> Field {
    let field = Field::hidden(&format!("{prefix}{}", key.name), "");
    let field = Field { kind, is_required: key.required, code: Some(key.name), ..field };
    field.called(told(words, key.label), Some(help))
}

/// The settings that a module must be told; of one that is not known none.
pub(super) fn keys(admin: &Admin, module: &str) -> &'static [SettingsKey] {
    admin.module(module).map_or(&[], |module| module.manifest().keys)
}

/// A sentence of a module in the reader's language.
pub(super) fn told(words: &Words, told: Told) -> &'static str {
    match words.language() {
        Language::Russian => told.ru,
        Language::English => told.en,
        Language::Kazakh => told.kk,
        Language::Kyrgyz => told.ky,
        Language::Hindi => told.hi,
    }
}

/// What is wrong with a value, and what is right: the module's rule in the reader's language, or what it says of the setting.
pub(super) fn cure(words: &Words, keys: &[SettingsKey], key: &str, rule: &str) -> String {
    let rule_told = reasons::told(words, rule);
    let help = keys.iter().find(|known| known.name == key).map(|known| told(words, known.help));
    match help.filter(|_| rule_told == rule && words.language() != Language::English) {
        Some(help) => words.fill("wrong-value", &[("help", help.to_owned())]),
        None => rule_told,
    }
}

/// What a server can do, a line each kind of code; and what it can not, with the reason.
pub(super) fn offers(words: &Words, able: &Capabilities) -> (Vec<String>, Vec<(String, String)>) {
    let mut offered = Vec::new();
    let mut lacking = Vec::new();
    for kind in KINDS {
        let name = words.text(kind_key(kind));
        let Some(ability) = able.kind(kind) else {
            lacking.push((name, words.text("lacks-kind")));
            continue;
        };
        let refund = match ability.refund.ability {
            RefundAbility::None => "ability-refund-none",
            RefundAbility::Whole => "ability-refund-whole",
            RefundAbility::Part => "ability-refund-part",
        };
        let annul = if ability.annul { "ability-annul" } else { "ability-no-annul" };
        offered.push(format!("{name}: {}, {}", words.text(annul), words.text(refund)));
    }
    (offered, lacking)
}
