//! What a path names, looked up in the settings of this moment: handlers begin with it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use engine::settings::{ConsoleSettings, PaymentType, RegisterSettings, Settings, StoreSettings};
use payment::{ConsoleId, PaymentTypeCode, RegisterId, StoreId};

use crate::failure::Failure;
use crate::state::Admin;

/// The settings of this moment and the spot in them that the path names.
pub(crate) struct Here<S> {
    pub(crate) settings: Settings,
    pub(crate) spot: S,
}

/// A kind of spot in the settings.
pub(crate) trait Spot: Sized + Send {
    /// The spot that the parts of a path name; `None`: there is no such thing.
    fn find(settings: &Settings, named: &Named<'_>) -> Option<Self>;
}

/// The parts of a path by their names.
pub(crate) struct Named<'a>(&'a RawPathParams);

impl Named<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(key, value)| (key == name).then_some(value))
    }
}

impl<S: Spot> FromRequestParts<Arc<Admin>> for Here<S> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, admin: &Arc<Admin>) -> Result<Self, Response> {
        let params = RawPathParams::from_request_parts(parts, admin).await;
        let params = params.map_err(IntoResponse::into_response)?;
        let settings = admin.db.settings().await.map_err(|error| Failure::from(error).into_response())?;
        let spot = S::find(&settings, &Named(&params)).ok_or_else(|| Failure::Missing.into_response())?;
        Ok(Self { settings, spot })
    }
}

/// `{store}`.
pub(crate) struct InStore(pub(crate) StoreId);

impl Spot for InStore {
    fn find(settings: &Settings, named: &Named<'_>) -> Option<Self> {
        let store = StoreId::parse(named.text("store")?).ok()?;
        settings.stores.contains_key(&store).then_some(Self(store))
    }
}

impl Here<InStore> {
    pub(crate) fn store(&self) -> &StoreSettings {
        &self.settings.stores[&self.spot.0]
    }
}

/// `{store}` and `{register}`.
pub(crate) struct AtRegister {
    pub(crate) store: StoreId,
    pub(crate) register: RegisterId,
}

impl Spot for AtRegister {
    fn find(settings: &Settings, named: &Named<'_>) -> Option<Self> {
        let InStore(store) = InStore::find(settings, named)?;
        let register = RegisterId::parse(named.text("register")?).ok()?;
        settings.stores[&store].registers.contains_key(&register).then_some(Self { store, register })
    }
}

impl AtRegister {
    /// Its page.
    pub(crate) fn address(&self) -> String {
        format!("/admin/stores/{}/registers/{}", self.store, self.register)
    }

    /// Its path in a settings file.
    pub(crate) fn key(&self) -> String {
        format!("stores.{}.registers.{}", self.store, self.register)
    }

    /// The register in settings that may be others by now.
    pub(crate) fn of<'a>(&self, settings: &'a mut Settings) -> Result<&'a mut RegisterSettings, Failure> {
        let store = settings.stores.get_mut(&self.store).ok_or(Failure::Missing)?;
        store.registers.get_mut(&self.register).ok_or(Failure::Missing)
    }
}

impl Here<AtRegister> {
    pub(crate) fn store(&self) -> &StoreSettings {
        &self.settings.stores[&self.spot.store]
    }

    pub(crate) fn register(&self) -> &RegisterSettings {
        &self.store().registers[&self.spot.register]
    }
}

/// `{store}`, `{register}` and `{console}`.
pub(crate) struct AtConsole {
    pub(crate) at: AtRegister,
    pub(crate) console: ConsoleId,
}

impl Spot for AtConsole {
    fn find(settings: &Settings, named: &Named<'_>) -> Option<Self> {
        let at = AtRegister::find(settings, named)?;
        let console = ConsoleId::parse(named.text("console")?).ok()?;
        let register = &settings.stores[&at.store].registers[&at.register];
        register.consoles.contains_key(&console).then_some(Self { at, console })
    }
}

impl AtConsole {
    /// Its page.
    pub(crate) fn address(&self) -> String {
        format!("{}/consoles/{}", self.at.address(), self.console)
    }

    /// Its path in a settings file.
    pub(crate) fn key(&self) -> String {
        format!("{}.consoles.{}", self.at.key(), self.console)
    }
}

impl Here<AtConsole> {
    pub(crate) fn store(&self) -> &StoreSettings {
        &self.settings.stores[&self.spot.at.store]
    }

    pub(crate) fn register(&self) -> &RegisterSettings {
        &self.store().registers[&self.spot.at.register]
    }

    pub(crate) fn console(&self) -> &ConsoleSettings {
        &self.register().consoles[&self.spot.console]
    }
}

/// `{store}` and `{code}`.
pub(crate) struct OfType {
    pub(crate) store: StoreId,
    pub(crate) code: PaymentTypeCode,
}

impl Spot for OfType {
    fn find(settings: &Settings, named: &Named<'_>) -> Option<Self> {
        let InStore(store) = InStore::find(settings, named)?;
        let code = PaymentTypeCode::parse(named.text("code")?).ok()?;
        settings.stores[&store].payment_types.contains_key(&code).then_some(Self { store, code })
    }
}

impl Here<OfType> {
    pub(crate) fn store(&self) -> &StoreSettings {
        &self.settings.stores[&self.spot.store]
    }

    pub(crate) fn tender(&self) -> &PaymentType {
        &self.store().payment_types[&self.spot.code]
    }
}
