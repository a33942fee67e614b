//! From an empty installation to the first payment, step by step. Nobody ticks a step off: it is done when what it asks for is there.

use engine::ports::Search;
use engine::settings::{ConsoleSettings, Settings, StoreSettings};
use payment::{ConsoleWay, Payment, Status, StoreId};
use store::Records;

use crate::failure::Failure;
use crate::guard::Asker;
use crate::state::Admin;

/// Payments that are looked through for one that was paid.
const NEWEST: usize = 50;

/// A step of the set-up.
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) text: String,
    /// Where it is done.
    pub(crate) address: String,
    pub(crate) is_done: bool,
}

/// What there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct There {
    server: bool,
    credentials: bool,
    store: bool,
    payment_type: bool,
    register: bool,
    /// A register has asked for something.
    till: bool,
    console: bool,
    paid: bool,
    refunded: bool,
    live: bool,
}

/// All steps, in the order in which they are done, for the first store that the asker sees.
pub(crate) async fn steps(admin: &Admin, asker: &Asker, settings: &Settings) -> Result<Vec<Step>, Failure> {
    let words = asker.words();
    let store = settings.stores.iter().find(|(store, _)| asker.reach.has(store));
    let payments = match store {
        Some((store, _)) => admin.db.search_payments(&Search::of(store.clone()), NEWEST).await?,
        None => Vec::new(),
    };
    let there =
        there(settings, store.map(|(_, its)| its), has_credentials(admin, settings).await?, &payments);
    let step = |(key, address, is_done): (&str, String, bool)| Step {
        name: words.text(&format!("step-{key}")),
        text: words.text(&format!("step-{key}-text")),
        address,
        is_done,
    };
    Ok(plan(settings, store, there).into_iter().map(step).collect())
}

/// Whether some authorization server has every credential that its module must have.
async fn has_credentials(admin: &Admin, settings: &Settings) -> Result<bool, Failure> {
    for (id, server) in &settings.servers {
        let Some(module) = admin.module(&server.module) else { continue };
        let kept = admin.db.secrets(id, &admin.keyring).await;
        let kept = kept.map_err(|error| engine::ports::StoreError(error.to_string()))?;
        let mut needed = module.manifest().keys.iter().filter(|key| key.secret && key.required);
        if needed.all(|key| kept.contains_key(key.name)) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn there(
    settings: &Settings,
    store: Option<&StoreSettings>,
    credentials: bool,
    payments: &[Payment],
) -> There {
    let registers = || store.into_iter().flat_map(|its| its.registers.values());
    let mut consoles = registers().flat_map(|register| register.consoles.values());
    let paid = || payments.iter().filter(|payment| payment.status() == Status::Paid);
    There {
        server: !settings.servers.is_empty(),
        credentials,
        store: store.is_some(),
        payment_type: store.is_some_and(|its| !its.payment_types.is_empty()),
        register: registers().next().is_some(),
        till: !payments.is_empty(),
        console: consoles.any(shows_codes),
        paid: paid().next().is_some(),
        refunded: paid().any(|payment| payment.refunded_minor() > 0),
        live: paid().any(|payment| !payment.is_test() && payment.refunded_minor() > 0),
    }
}

/// Whether buyers can see codes there: a screen is paired, a device has its address or the till.
fn shows_codes(console: &ConsoleSettings) -> bool {
    let is_page = console.way() == ConsoleWay::Page;
    console.show_qr && (!is_page || console.screen_key_sha256.is_some())
}

fn plan(
    settings: &Settings,
    store: Option<(&StoreId, &StoreSettings)>,
    there: There,
) -> Vec<(&'static str, String, bool)> {
    let server = settings.servers.keys().next();
    let server = server.map_or("/admin/servers".to_owned(), |server| format!("/admin/servers/{server}"));
    let base = store.map_or("/admin/stores".to_owned(), |(store, _)| format!("/admin/stores/{store}"));
    let below = |place: &str| if store.is_some() { format!("{base}/{place}") } else { base.clone() };
    let register = store.and_then(|(_, its)| its.registers.keys().next());
    let at_register = |place: &str| match register {
        Some(register) => format!("{base}/registers/{register}{place}"),
        None => below("registers/new"),
    };
    let fresh = |is_there: bool, new: &str, old: String| if is_there { old } else { new.to_owned() };
    vec![
        ("servers", fresh(there.server, "/admin/servers/new", server.clone()), there.server),
        ("credentials", server, there.credentials),
        ("store", fresh(there.store, "/admin/stores/new", base.clone()), there.store),
        (
            "payment-type",
            below(if there.payment_type { "" } else { "payment-types/new" }),
            there.payment_type,
        ),
        ("register", at_register(""), there.register),
        ("till", at_register("/connect"), there.till),
        ("console", at_register(""), there.console),
        ("paid", below("payments"), there.paid),
        ("refunded", below("payments"), there.refunded),
        ("live", below("go-live"), there.live),
    ]
}
