//! Who may do what: one table of all pages and calls, and the rule that reads it.
//!
//! A route that is not in the table can't be mounted ([`row_of`] is asked when routes are put together), and a request whose
//! route has no row is refused. So a new page begins with its row here.

use std::collections::BTreeSet;

use payment::StoreId;
use store::{Role, User};

/// Who a row lets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Everybody: the way in, styles.
    Anyone,
    /// Who has given a password, and must still give a code.
    HalfWay,
    /// Who is signed in, even if they must set something up first: their own affairs.
    Oneself,
    /// These roles, by their letters: **O**wner, **A**dmin, store ad**M**in, **S**upport, **C**ashier, a**U**ditor. Where the
    /// path names a store, or a payment that is of a store, the role must be theirs for that store.
    Roles(&'static str),
}

/// One page or call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) who: Who,
}

const fn get(path: &'static str, who: Who) -> Row {
    Row { method: "GET", path, who }
}

const fn post(path: &'static str, who: Who) -> Row {
    Row { method: "POST", path, who }
}

use Who::{Anyone, HalfWay, Oneself, Roles};

/// Every page and call.
pub(crate) static TABLE: &[Row] = &[
    // The way in and out.
    get("/admin/assets/{name}", Anyone),
    get("/admin/setup/{token}", Anyone),
    post("/admin/setup/{token}", Anyone),
    get("/admin/sign-in", Anyone),
    post("/admin/sign-in", Anyone),
    get("/admin/sign-in/code", HalfWay),
    post("/admin/sign-in/code", HalfWay),
    post("/admin/sign-out", Oneself),
    // One's own affairs.
    get("/admin/me", Oneself),
    post("/admin/me/language", Oneself),
    get("/admin/me/password", Oneself),
    post("/admin/me/password", Oneself),
    get("/admin/me/second-factor", Oneself),
    post("/admin/me/second-factor", Oneself),
    post("/admin/me/sessions/end", Oneself),
    get("/admin", Roles("OAMSCU")),
    // Help.
    get("/admin/help", Roles("OAMSCU")),
    get("/admin/help/codes", Roles("OAMSCU")),
    get("/admin/stores/{store}/go-live", Roles("OAM")),
    post("/admin/stores/{store}/go-live", Roles("OAM")),
    // People.
    get("/admin/users", Roles("OAU")),
    get("/admin/users/new", Roles("OA")),
    post("/admin/users/new", Roles("OA")),
    get("/admin/users/{user}", Roles("OA")),
    post("/admin/users/{user}", Roles("OA")),
    post("/admin/users/{user}/reset", Roles("OA")),
    post("/admin/users/{user}/remove", Roles("OA")),
    get("/admin/sessions", Roles("OAU")),
    post("/admin/sessions/end", Roles("OA")),
    get("/admin/audit", Roles("OAU")),
    // Settings of the chain.
    get("/admin/servers", Roles("OAMU")),
    get("/admin/servers/new", Roles("OA")),
    post("/admin/servers/new", Roles("OA")),
    get("/admin/servers/{server}", Roles("OAU")),
    post("/admin/servers/{server}", Roles("OA")),
    post("/admin/servers/{server}/check", Roles("OA")),
    post("/admin/servers/{server}/secrets", Roles("OA")),
    post("/admin/servers/{server}/next", Roles("OA")),
    post("/admin/servers/{server}/next/forget", Roles("OA")),
    post("/admin/servers/{server}/remove", Roles("OA")),
    get("/admin/pair/{name}", Roles("OAM")),
    post("/admin/pair/{name}", Roles("OAM")),
    get("/admin/transfer", Roles("OA")),
    get("/admin/transfer/export", Roles("OA")),
    post("/admin/transfer/plan", Roles("OA")),
    post("/admin/transfer/apply", Roles("OA")),
    // Settings of a store.
    get("/admin/stores", Roles("OAMSCU")),
    get("/admin/stores/new", Roles("OA")),
    post("/admin/stores/new", Roles("OA")),
    get("/admin/stores/{store}", Roles("OAMSCU")),
    get("/admin/stores/{store}/settings", Roles("OAM")),
    post("/admin/stores/{store}/settings", Roles("OAM")),
    post("/admin/stores/{store}/remove", Roles("OA")),
    // Operations: lists show what the reader's stores have.
    get("/admin/operations", Roles("OAMSU")),
    get("/admin/operations/letters", Roles("OAMSU")),
    post("/admin/operations/letters/replay", Roles("OA")),
    get("/admin/operations/events", Roles("OAMSU")),
    post("/admin/operations/events/release", Roles("OA")),
    get("/admin/operations/unclaimed", Roles("OAMSU")),
    get("/admin/operations/unclaimed/claim", Roles("OAM")),
    post("/admin/operations/unclaimed/claim", Roles("OAM")),
    // Payments.
    get("/admin/payments", Roles("OAMSCU")),
    get("/admin/stores/{store}/payments", Roles("OAMSCU")),
    get("/admin/stores/{store}/payments/{payment}", Roles("OAMSCU")),
    post("/admin/stores/{store}/payments/{payment}/check", Roles("OAMSC")),
    post("/admin/stores/{store}/payments/{payment}/cancel", Roles("OAMSC")),
    get("/admin/stores/{store}/payments/{payment}/refund", Roles("OAMS")),
    post("/admin/stores/{store}/payments/{payment}/refund", Roles("OAMS")),
    get("/admin/stores/{store}/payments/{payment}/items", Roles("OAMS")),
    post("/admin/stores/{store}/payments/{payment}/resend", Roles("OAMS")),
    get("/admin/stores/{store}/payments/live", Roles("OAMSCU")),
    get("/admin/stores/{store}/day", Roles("OAMSCU")),
    get("/admin/stores/{store}/payments/{payment}/review", Roles("OAM")),
    post("/admin/stores/{store}/payments/{payment}/review", Roles("OAM")),
    // Refunds that wait for a second person: whoever may refund may agree, but not to their own.
    get("/admin/refund-requests", Roles("OAMS")),
    get("/admin/stores/{store}/refund-requests/{operation}", Roles("OAMS")),
    post("/admin/stores/{store}/refund-requests/{operation}/agree", Roles("OAMS")),
    post("/admin/stores/{store}/refund-requests/{operation}/drop", Roles("OAMS")),
    get("/admin/stores/{store}/payment-types/new", Roles("OAM")),
    post("/admin/stores/{store}/payment-types/new", Roles("OAM")),
    get("/admin/stores/{store}/payment-types/{code}", Roles("OAM")),
    post("/admin/stores/{store}/payment-types/{code}", Roles("OAM")),
    post("/admin/stores/{store}/payment-types/{code}/remove", Roles("OAM")),
    get("/admin/stores/{store}/registers/new", Roles("OAM")),
    post("/admin/stores/{store}/registers/new", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/remove", Roles("OAM")),
    // Between stores: not for who has one of them.
    post("/admin/stores/{store}/registers/{register}/move", Roles("OA")),
    get("/admin/stores/{store}/registers/{register}/connect", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/connect", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}/consoles/new", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/consoles/new", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}/consoles/{console}", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/consoles/{console}", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/consoles/{console}/pair", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/consoles/{console}/remove", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}/plates", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/plates", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/plates/check", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/plates/release", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}/plates/{server}/{name}", Roles("OAM")),
    get("/admin/stores/{store}/registers/{register}/consoles/{console}/preview", Roles("OAM")),
    post("/admin/stores/{store}/registers/{register}/consoles/{console}/try", Roles("OAM")),
    get("/admin/stores/{store}/plates", Roles("OAM")),
    get("/admin/stores/{store}/screens", Roles("OAM")),
    post("/admin/stores/{store}/screens", Roles("OAM")),
    post("/admin/stores/{store}/screens/slides", Roles("OAM")),
    post("/admin/stores/{store}/screens/slides/change", Roles("OAM")),
    get("/admin/stores/{store}/keys", Roles("OAM")),
    post("/admin/stores/{store}/keys", Roles("OAM")),
    post("/admin/stores/{store}/keys/remove", Roles("OAM")),
];

/// The paths of all pages and files, as routes have them: for whoever must look at every one of them.
pub fn pages() -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(|row| row.method == "GET").map(|row| row.path)
}

/// The row of a route.
pub(crate) fn row_of(method: &str, path: &str) -> Option<&'static Row> {
    // A page may be asked for its head alone.
    let method = if method == "HEAD" { "GET" } else { method };
    TABLE.iter().find(|row| row.method == method && row.path == path)
}

impl Row {
    /// Whether a user may, where the request is about a store or about none.
    pub(crate) fn lets(&self, user: &User, store: Option<&StoreId>) -> bool {
        let Roles(letters) = self.who else { return true };
        user.body.grants.iter().any(|grant| {
            let is_there = match (store, &grant.store) {
                (None, _) | (_, None) => true,
                (Some(asked), Some(granted)) => asked == granted,
            };
            letters.contains(letter(grant.role)) && is_there
        })
    }

    /// The stores that a user may see with this row's roles: for lists.
    pub(crate) fn reach(&self, user: &User) -> Reach {
        let Roles(letters) = self.who else { return Reach::Stores(BTreeSet::new()) };
        let grants = user.body.grants.iter().filter(|grant| letters.contains(letter(grant.role)));
        let mut stores = BTreeSet::new();
        for grant in grants {
            match &grant.store {
                None => return Reach::Everywhere,
                Some(store) => drop(stores.insert(store.clone())),
            }
        }
        Reach::Stores(stores)
    }
}

/// Which stores somebody may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All of them.
    Everywhere,
    /// These.
    Stores(BTreeSet<StoreId>),
}

impl Reach {
    /// Whether a store is among them.
    pub(crate) fn has(&self, store: &StoreId) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Stores(stores) => stores.contains(store),
        }
    }
}

/// Whether somebody may change a user who has, or is to have, these roles: only owners make owners, and change them.
pub(crate) fn may_manage(actor: &User, other: &User) -> bool {
    actor.has_role(Role::Owner) || !other.has_role(Role::Owner)
}

pub(crate) fn letter(role: Role) -> char {
    match role {
        Role::Owner => 'O',
        Role::Admin => 'A',
        Role::StoreAdmin => 'M',
        Role::Support => 'S',
        Role::Cashier => 'C',
        Role::Auditor => 'U',
    }
}
