//! The texts that move a store from SQLite to PostgreSQL.

/// The tables that must be empty before, in an order in which rows find what they refer to.
pub(crate) const TABLES: &[&str] = &[
    "stores",
    "registers",
    "consoles",
    "payment_types",
    "servers",
    "server_secrets",
    "api_keys",
    "payments",
    "journal",
    "operations",
    "credits",
    "unclaimed_credits",
    "links",
    "output_jobs",
    "console_holds",
    "instances",
    "ratings",
    "users",
    "audit",
];

/// The tables that have their one row from the beginning. Sessions are not copied: people sign in again.
pub(crate) const REVISION: &[&str] = &["settings_revision", "audit_head"];

pub(crate) const CLEAR_REVISION: &str = "DELETE FROM settings_revision; DELETE FROM audit_head";

pub(crate) const COLUMNS: &str = "SELECT name FROM pragma_table_info($1) ORDER BY cid";

pub(crate) const AMOUNTS: &str =
    "SELECT currency, CAST(SUM(amount_minor) AS BIGINT) FROM payments GROUP BY currency ORDER BY currency";

/// The instances of the file are gone, whatever their rows say.
pub(crate) const LAPSE_ALL: &str = "UPDATE instances SET renewed_at = 0";

pub(crate) const NEXT_NUMBER: &str = "SELECT setval(pg_get_serial_sequence('journal', 'number'), COALESCE(MAX(number), 0) + 1, FALSE) FROM journal";

pub(crate) const NEXT_EPOCH: &str = "SELECT setval(pg_get_serial_sequence('instances', 'epoch'), COALESCE(MAX(epoch), 0) + 1, FALSE) FROM instances";
