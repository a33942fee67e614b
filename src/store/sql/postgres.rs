//! The texts that only PostgreSQL takes. Its steps of a change are functions: `migrations/postgres/0003_commit.sql`.

/// Of the due payments only those of one owner: other instances wake theirs.
pub(crate) const DUE_PAYMENTS_OF_OWNER: &str = "SELECT wake_at, id FROM payments \
     WHERE wake_at <= $1 AND (wake_at, id) > ($2, $3) AND epoch = $5 ORDER BY wake_at, id LIMIT $4";

/// A payment's owner has given no sign of life for that long.
macro_rules! has_nobody {
    ($lapse:literal) => {
        concat!("epoch NOT IN (SELECT epoch FROM instances WHERE renewed_at >= now_micros() - ", $lapse, ")")
    };
}

/// Rows that another instance is taking over at this moment are left to it. What is taken is gathered first, here and below: no
/// plan then reads all payments along with it, whatever the planner believes that there is.
pub(crate) const TAKE_OVER_DUE: &str = concat!(
    "UPDATE payments SET epoch = $1 WHERE id = ANY (ARRAY( \
     SELECT id FROM payments WHERE wake_at <= $4 AND epoch <> $1 AND ",
    has_nobody!("$2"),
    " ORDER BY wake_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)) RETURNING id"
);

/// The payments of these events, if nobody has them any more: one look at a payment for each that has some.
macro_rules! take_over_events {
    ($which:literal) => {
        concat!(
            "UPDATE payments SET epoch = $1 WHERE id = ANY (ARRAY( \
             SELECT left_behind.id FROM (SELECT DISTINCT payment FROM journal WHERE ",
            $which,
            ") AS unsent CROSS JOIN LATERAL (SELECT id FROM payments WHERE id = unsent.payment AND epoch <> $1 AND ",
            has_nobody!("$2"),
            " FOR UPDATE SKIP LOCKED) AS left_behind ORDER BY left_behind.id LIMIT $3)) RETURNING id"
        )
    };
}

/// What an instance leaves unsent is somebody's too, whether the payment is due soon, late or never. Looked for all the time:
/// what is parked is not read for it.
pub(crate) const TAKE_OVER_UNSENT: &str = take_over_events!("delivered = 0");

/// The same with what is parked.
pub(crate) const TAKE_OVER_UNDELIVERED: &str = take_over_events!("delivered <> 1");

/// Events of one standing that are this instance's to deliver, in their order: what live instances have not delivered they
/// deliver themselves.
macro_rules! events_of_owner {
    ($which:literal, $after:literal, $limit:literal, $owner:literal, $lapse:literal) => {
        concat!(
            "(SELECT number, payment, journal.sequence, at, journal.store, journal.register, journal.operation, event, body, \
             delivered FROM journal JOIN payments ON payments.id = journal.payment WHERE ",
            $which,
            " AND number > ",
            $after,
            " AND (epoch = ",
            $owner,
            " OR ",
            has_nobody!($lapse),
            ") ORDER BY number LIMIT ",
            $limit,
            ")"
        )
    };
}

/// The index leads with the standing: each is read in its order, and both are merged.
pub(crate) const UNDELIVERED_EVENTS_OF_OWNER: &str = concat!(
    "SELECT * FROM (",
    events_of_owner!("delivered = 0", "$1", "$2", "$3", "$4"),
    " UNION ALL ",
    events_of_owner!("delivered = 2", "$1", "$2", "$3", "$4"),
    ") AS outbox ORDER BY number LIMIT $2"
);

pub(crate) const PARKED_EVENTS_OF_OWNER: &str = events_of_owner!(
    "delivered = 2 AND journal.store = $1 AND journal.register = $2",
    "$3",
    "$4",
    "$5",
    "$6"
);

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
