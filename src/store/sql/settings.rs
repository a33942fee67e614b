//! The texts for the tables of the settings.

pub(crate) const REVISION: &str = "SELECT revision FROM settings_revision";

pub(crate) const RAISE_REVISION: &str = "UPDATE settings_revision SET revision = revision + 1 WHERE revision = COALESCE($1, revision) RETURNING revision";

/// All tables of the settings as rows of one form, so that one query reads one revision.
macro_rules! plain_settings {
    () => {
        "SELECT 'revision' AS kind, '' AS a, '' AS b, '' AS c, CAST(revision AS TEXT) AS body FROM settings_revision \
         UNION ALL SELECT 'store', store, '', '', body FROM stores \
         UNION ALL SELECT 'register', store, register, '', body FROM registers \
         UNION ALL SELECT 'console', store, register, console, body FROM consoles \
         UNION ALL SELECT 'payment_type', store, payment_type, '', body FROM payment_types \
         UNION ALL SELECT 'server', server, '', '', body FROM servers"
    };
}

pub(crate) const PLAIN: &str = plain_settings!();

pub(crate) const EVERYTHING: &str = concat!(
    plain_settings!(),
    " UNION ALL SELECT 'secret', server, name, '', sealed FROM server_secrets \
     UNION ALL SELECT 'api_key', id, '', '', body FROM api_keys"
);

pub(crate) const SECRETS_OF_SERVER: &str =
    "SELECT name, sealed FROM server_secrets WHERE server = $1 ORDER BY name";

pub(crate) const STORE_OF_API_KEY: &str = "SELECT store FROM api_keys WHERE sha256 = $1";

pub(crate) const PUT_STORE: &str =
    "INSERT INTO stores (store, body) VALUES ($1, $2) ON CONFLICT (store) DO UPDATE SET body = excluded.body";
pub(crate) const REMOVE_STORE: &str = "DELETE FROM stores WHERE store = $1";

pub(crate) const PUT_REGISTER: &str = "INSERT INTO registers (store, register, body) VALUES ($1, $2, $3) \
     ON CONFLICT (store, register) DO UPDATE SET body = excluded.body";
pub(crate) const REMOVE_REGISTER: &str = "DELETE FROM registers WHERE store = $1 AND register = $2";

pub(crate) const PUT_CONSOLE: &str = "INSERT INTO consoles (store, register, console, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (store, register, console) DO UPDATE SET body = excluded.body";
pub(crate) const REMOVE_CONSOLE: &str =
    "DELETE FROM consoles WHERE store = $1 AND register = $2 AND console = $3";

pub(crate) const PUT_PAYMENT_TYPE: &str = "INSERT INTO payment_types (store, payment_type, body) VALUES ($1, $2, $3) \
     ON CONFLICT (store, payment_type) DO UPDATE SET body = excluded.body";
pub(crate) const REMOVE_PAYMENT_TYPE: &str =
    "DELETE FROM payment_types WHERE store = $1 AND payment_type = $2";

pub(crate) const PUT_SERVER: &str = "INSERT INTO servers (server, body) VALUES ($1, $2) ON CONFLICT (server) DO UPDATE SET body = excluded.body";
pub(crate) const REMOVE_SERVER: &str = "DELETE FROM servers WHERE server = $1";

pub(crate) const PUT_SECRET: &str = "INSERT INTO server_secrets (server, name, sealed) VALUES ($1, $2, $3) \
     ON CONFLICT (server, name) DO UPDATE SET sealed = excluded.sealed";
pub(crate) const REMOVE_SECRET: &str = "DELETE FROM server_secrets WHERE server = $1 AND name = $2";

pub(crate) const PUT_API_KEY: &str = "INSERT INTO api_keys (id, store, sha256, body) VALUES ($1, $2, $3, $4) \
     ON CONFLICT (id) DO UPDATE SET store = excluded.store, sha256 = excluded.sha256, body = excluded.body";
pub(crate) const REMOVE_API_KEY: &str = "DELETE FROM api_keys WHERE id = $1";
