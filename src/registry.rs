//! The banks that this build knows: one line each, and nothing else outside of a bank's folder.

use connector_sdk::Module;

/// Every payment module.
pub(crate) static MODULES: &[&dyn Module] = &[&connector_raiffeisen::MODULE];

/// A module by the code name that admins choose.
pub(crate) fn module(id: &str) -> Option<&'static dyn Module> {
    MODULES.iter().copied().find(|module| module.manifest().id == id)
}
