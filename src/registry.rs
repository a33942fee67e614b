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
