//! The texts that only PostgreSQL takes. Its steps of a change are functions: `migrations/postgres/0003_commit.sql`.

/// Of the due payments only those of one owner: other instances wake theirs.
pub(crate) const DUE_PAYMENTS_OF_OWNER: &str = "SELECT wake_at, id FROM payments \
     WHERE wake_at <= $1 AND (wake_at, id) > ($2, $3) AND epoch = $5 ORDER BY wake_at, id LIMIT $4";

/// Rows that another instance is taking over at this moment are left to it.
pub(crate) const TAKE_OVER_DUE: &str = "UPDATE payments SET epoch = $1 WHERE id IN ( \
     SELECT id FROM payments WHERE wake_at <= $4 AND epoch <> $1 AND epoch NOT IN ( \
     SELECT epoch FROM instances WHERE renewed_at >= now_micros() - $2) \
     ORDER BY wake_at, id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id";

/// What it leaves undelivered is somebody's too, whether the payment is due soon, late or never.
pub(crate) const TAKE_OVER_UNDELIVERED: &str = "UPDATE payments SET epoch = $1 WHERE id IN ( \
     SELECT id FROM payments WHERE id IN ( \
     SELECT payment FROM journal WHERE delivered <> 1 AND (delivered = 0 OR $4)) \
     AND epoch <> $1 AND epoch NOT IN ( \
     SELECT epoch FROM instances WHERE renewed_at >= now_micros() - $2) \
     ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING id";

/// What live instances have not delivered they deliver themselves.
pub(crate) const UNDELIVERED_EVENTS_OF_OWNER: &str = "SELECT number, payment, journal.sequence, at, journal.store, journal.register, \
     journal.operation, event, body, delivered FROM journal JOIN payments ON payments.id = journal.payment \
     WHERE delivered <> 1 AND number > $1 AND (epoch = $3 OR epoch NOT IN ( \
     SELECT epoch FROM instances WHERE renewed_at >= now_micros() - $4)) ORDER BY number LIMIT $2";

/// Many marks in one statement.
pub(crate) const MARK_EVENTS: &str = "UPDATE journal SET delivered = mark.delivered \
     FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[]) \
     AS mark (payment, sequence, store, register, delivered) \
     WHERE journal.payment = mark.payment AND journal.sequence = mark.sequence \
     AND journal.store = mark.store AND journal.register = mark.register AND journal.delivered <> 1";

/// The epoch, and how many other instances live; these are told that somebody has come (see `postgres/wakeup.rs`).
pub(crate) const BEGIN_EPOCH: &str = "WITH begun AS ( \
     INSERT INTO instances (started_at, renewed_at) VALUES (now_micros(), now_micros()) RETURNING epoch) \
     SELECT epoch, (SELECT count(*) FROM instances WHERE renewed_at >= now_micros() - $1), \
            pg_notify('changes_' || current_schema(), '+')::text FROM begun";

/// A lapsed epoch is never renewed: others may have taken its payments over. Tells how many epochs were renewed, and how many
/// instances live, this one among them, and how many of these have given no sign of life since it began: they can't count it
/// yet.
pub(crate) const RENEW_EPOCH: &str = "WITH renewed AS ( \
     UPDATE instances SET renewed_at = now_micros() \
     WHERE epoch = $1 AND renewed_at >= now_micros() - $2 RETURNING epoch) \
     SELECT (SELECT count(*) FROM renewed), \
            (SELECT count(*) FROM instances WHERE renewed_at >= now_micros() - $2), \
            (SELECT count(*) FROM instances WHERE renewed_at >= now_micros() - $2 \
             AND renewed_at < (SELECT started_at FROM instances WHERE epoch = $1))";

/// An instance that has stopped in order has lapsed at once.
pub(crate) const END_EPOCH: &str = "UPDATE instances SET renewed_at = 0 WHERE epoch = $1";

pub(crate) const HAS_LAPSED: &str = "SELECT has_lapsed($1, $2)";

pub(crate) const NEWEST_MIGRATION: &str = "SELECT MAX(version) FROM _sqlx_migrations WHERE success";
