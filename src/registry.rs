//! The banks that this build knows: one line each, and nothing else outside of a bank's folder.

use connector_sdk::Module;
use store::AccountKeys;

/// Every payment module.
pub(crate) static MODULES: &[&dyn Module] = &[&connector_raiffeisen::MODULE];

/// A module by the code name that admins choose.
pub(crate) fn module(id: &str) -> Option<&'static dyn Module> {
    MODULES.iter().copied().find(|module| module.manifest().id == id)
}

/// The settings of authorization servers that stay as they are while payments need them.
pub(crate) fn account_keys() -> AccountKeys {
    let manifests = MODULES.iter().map(|module| module.manifest());
    AccountKeys::of(manifests.map(|manifest| (manifest.id, manifest.account_keys())))
}

#[cfg(test)]
mod tests {
    use connector_sdk::Told;

    use super::*;

    fn is_said_in_every_language(what: &str, told: &Told) {
        for (language, words) in told.all() {
            let is_complete = !words.trim().is_empty() && words.trim() == words;
            assert!(is_complete, "{what} has no words in {language}");
            // Names of keys, addresses and the like are the same everywhere; a sentence is not.
            let is_own = language == "en" || !words.contains(' ') || words != told.en;
            assert!(is_own, "{what} says in {language} what it says in English");
        }
    }

    #[test]
    fn every_setting_of_every_module_has_a_label_and_a_help_line_in_every_language() {
        for module in MODULES {
            let manifest = module.manifest();
            is_said_in_every_language(manifest.id, &manifest.title);
            for need in manifest.needs {
                is_said_in_every_language(manifest.id, need);
            }
            for key in manifest.keys {
                let what = format!("{} of {}", key.name, manifest.id);
                is_said_in_every_language(&what, &key.label);
                is_said_in_every_language(&what, &key.help);
                for (language, words) in key.label.all() {
                    assert!(!words.contains(key.name), "{what}: the label in {language} is the code name");
                    assert!(words.chars().count() <= 50, "{what}: the label in {language} is a sentence");
                }
            }
        }
    }
}
