//! The texts of queries that SQLite and PostgreSQL take unchanged: `$1` placeholders, `ON CONFLICT`, no functions that
//! only one of them has. Where the two must differ, the text stands in the folder of its database.

pub(crate) mod condition;
pub(crate) mod copy;
pub(crate) mod inspections;
pub(crate) mod jobs;
pub(crate) mod people;
pub(crate) mod postgres;
pub(crate) mod screens;
pub(crate) mod settings;

use std::sync::LazyLock;

pub(crate) const INSERT_OPERATION: &str = "INSERT INTO operations \
     (operation, register, store, at, kind, essence, payment, code, field, reason) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";

pub(crate) const INSERT_PAYMENT: &str = "INSERT INTO payments \
     (id, store, register, operation, payment_type, amount_minor, currency, receipt, status, is_open, opened_at, \
     wake_at, settled, sequence, epoch, checkout, state, shift, holds_register, fiscal_due, code, payer) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22) \
     ON CONFLICT DO NOTHING";

/// A register's place goes from the payment that holds it to the one that supersedes its operation.
pub(crate) const GIVE_UP_REGISTER: &str = "UPDATE payments SET holds_register = FALSE \
     WHERE store = $1 AND register = $2 AND operation = $3 AND holds_register";

pub(crate) const UPDATE_PAYMENT: &str = "UPDATE payments \
     SET status = $1, is_open = $2, wake_at = $3, settled = $4, sequence = $5, epoch = $6, state = $7, \
     holds_register = (holds_register AND $8), fiscal_due = $9, code = $10, payer = $11 \
     WHERE id = $12 AND sequence = $13";

pub(crate) const INSERT_CREDIT: &str = "INSERT INTO credits (server, bank_transaction, payment, is_believed) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

pub(crate) const KEEP_UNCLAIMED: &str = "INSERT INTO unclaimed_credits \
     (bank_transaction, server, code, amount_minor, currency, is_confirmed, found_at, paid_at, payer, instrument) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
     ON CONFLICT (bank_transaction, server) DO UPDATE SET code = excluded.code, amount_minor = excluded.amount_minor, \
     currency = excluded.currency, is_confirmed = excluded.is_confirmed, paid_at = excluded.paid_at, \
     payer = excluded.payer, instrument = excluded.instrument \
     WHERE excluded.is_confirmed AND NOT unclaimed_credits.is_confirmed";

/// The beginning of a search for unclaimed money; conditions follow.
pub(crate) const SEARCH_UNCLAIMED: &str = "SELECT bank_transaction, server, code, amount_minor, currency, is_confirmed, \
     found_at, paid_at, payer, instrument FROM unclaimed_credits \
     WHERE NOT EXISTS (SELECT 1 FROM credits WHERE credits.server = unclaimed_credits.server \
     AND credits.bank_transaction = unclaimed_credits.bank_transaction AND credits.is_believed)";

pub(crate) const CREDIT_OF_SERVER: &str = "SELECT payment FROM credits WHERE server = $1 LIMIT 1";

/// Unsettled payments are few; of each the whole checkout is looked through.
pub(crate) const UNSETTLED_OF_SERVER: &str = "SELECT id FROM payments \
     WHERE wake_at IS NOT NULL AND REPLACE(checkout, $1, '') <> checkout LIMIT 1";

pub(crate) const UNSETTLED_BEFORE: &str =
    "SELECT id FROM payments WHERE wake_at IS NOT NULL AND id < $1 LIMIT 1";

pub(crate) const TAKE_LINK: &str = "INSERT INTO links (server, link, payment, since) \
     VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";

pub(crate) const FREE_LINK: &str = "DELETE FROM links WHERE server = $1 AND link = $2 AND payment = $3";

pub(crate) const LINKS_HELD: &str = "SELECT server, link, payment, since FROM links ORDER BY server, link";

pub(crate) const MARK_EVENT: &str = "UPDATE journal SET delivered = $1 \
     WHERE payment = $2 AND sequence = $3 AND store = $4 AND register = $5 AND delivered <> 1";

/// Whether an event of it is unsent (0) is asked in a way that the outbox's index can't answer: where much waits there, that would
/// be read whole for each payment.
pub(crate) const LOAD_PAYMENT: &str = "SELECT id, opened_at, checkout, state, \
     (SELECT MIN(delivered) FROM journal WHERE payment = $1) IS DISTINCT FROM 0 AS delivered, epoch \
     FROM payments WHERE id = $1";

pub(crate) const FIND_OPERATION: &str = "SELECT operation, register, store, kind, essence, payment, code, field, reason \
     FROM operations WHERE operation = $1 AND register = $2 AND store = $3";

pub(crate) const OPERATIONS_AFTER: &str = "SELECT operation, register, store, kind, essence, payment, code, field, reason FROM operations \
     WHERE (operation, register, store) > ($1, $2, $3) ORDER BY operation, register, store LIMIT $4";

pub(crate) const DUE_PAYMENTS: &str = "SELECT wake_at, id FROM payments \
     WHERE wake_at <= $1 AND (wake_at, id) > ($2, $3) ORDER BY wake_at, id LIMIT $4";

pub(crate) const OPEN_PAYMENTS: &str = "SELECT id FROM payments \
     WHERE store = $1 AND register = $2 AND is_open ORDER BY opened_at, id";

pub(crate) const NEWEST_PAYMENTS: &str = "SELECT id, opened_at, checkout, state, FALSE AS delivered, epoch FROM payments \
     WHERE store = $1 AND register = $2 ORDER BY opened_at DESC, id DESC LIMIT $3";

/// The beginning of a search; where to search follows.
pub(crate) const SEARCH_BEGINS: &str =
    "SELECT id, opened_at, checkout, state, FALSE AS delivered, epoch FROM";

/// Among the payments that were named; conditions follow.
pub(crate) const SEARCH_NAMED: &str = ") AS named CROSS JOIN payments WHERE id = named.payment AND";

/// The condition of the index of payments that stand otherwise than most: said word for word, so that it is used.
pub(crate) const TO_LOOK_AT: &str = " AND status NOT IN ('paid', 'expired', 'cancelled')";

pub(crate) const UNDELIVERED_EVENTS: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE delivered <> 1 AND number > $1 ORDER BY number LIMIT $2";

/// Its condition is that of its index, word for word.
pub(crate) const PARKED_EVENTS: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE delivered = 2 AND store = $1 AND register = $2 AND number > $3 ORDER BY number LIMIT $4";

pub(crate) const WAITING_EVENTS: &str = "SELECT store, register, delivered, COUNT(*), MIN(at) FROM journal \
     WHERE delivered <> 1 GROUP BY store, register, delivered ORDER BY store, register, delivered";

pub(crate) const EVENTS_WAITING_FOR: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE delivered <> 1 AND store = $1 AND register = $2 ORDER BY number LIMIT $3";

pub(crate) const UNDELIVERED_EVENTS_OF_PAYMENT: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE payment = $1 AND delivered <> 1 ORDER BY sequence, copy";

pub(crate) const EVENTS_OF_REGISTER: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE store = $1 AND register = $2 AND number > $3 AND event IS NOT NULL ORDER BY number LIMIT $4";

pub(crate) const NEWEST_EVENT_OF_REGISTER: &str =
    "SELECT COALESCE(MAX(number), 0) FROM journal WHERE store = $1 AND register = $2 AND event IS NOT NULL";

pub(crate) const EVENTS_OF_PAYMENT: &str = "SELECT number, payment, sequence, at, store, register, operation, event, body, delivered FROM journal \
     WHERE payment = $1 AND event IS NOT NULL ORDER BY sequence, copy";

pub(crate) const FACTS_OF_PAYMENT: &str = "SELECT number, sequence, at, fact FROM journal \
     WHERE payment = $1 AND fact IS NOT NULL ORDER BY sequence";

pub(crate) const STANDING_OF_PAYMENT: &str = "SELECT wake_at, epoch FROM payments WHERE id = $1";

pub(crate) const PAYMENTS_AFTER: &str = "SELECT id FROM payments WHERE id > $1 ORDER BY id LIMIT $2";

pub(crate) const NEWEST_EPOCH: &str = "SELECT COALESCE(MAX(epoch), 0) FROM instances";

pub(crate) const INSERT_INSTANCE: &str =
    "INSERT INTO instances (epoch, started_at, renewed_at) VALUES ($1, $2, $2)";

/// Rows that one `INSERT` into the journal takes at most; a change with more facts uses several.
pub(crate) const JOURNAL_ROWS: usize = 16;

/// Columns of a row of the journal that are given.
const JOURNAL_COLUMNS: usize = 11;

/// The text that inserts `rows` rows into the journal at once, 1 to [`JOURNAL_ROWS`].
pub(crate) fn insert_journal(rows: usize) -> &'static str {
    static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| (1..=JOURNAL_ROWS).map(journal_text).collect());
    &TEXTS[rows - 1]
}

fn journal_text(rows: usize) -> String {
    let row = |row: usize| {
        let first = row * JOURNAL_COLUMNS;
        let marks: Vec<String> =
            (first + 1..=first + JOURNAL_COLUMNS).map(|mark| format!("${mark}")).collect();
        format!("({})", marks.join(", "))
    };
    let values: Vec<String> = (0..rows).map(row).collect();
    format!(
        "INSERT INTO journal (payment, sequence, copy, at, fact, store, register, operation, event, body, delivered) \
         VALUES {}",
        values.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_for_several_rows_numbers_its_marks_through() {
        assert!(insert_journal(1).ends_with("VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"));
        assert!(insert_journal(2).ends_with("($12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)"));
        assert_eq!(insert_journal(JOURNAL_ROWS).matches('(').count(), JOURNAL_ROWS + 1);
    }
}
