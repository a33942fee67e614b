-- Payments, their journal, and the keys that the promises lean on (design.md §3, §5).
-- A new database only: takes no lock that anybody could notice.
--
-- Money is in minor units beside its currency, times are UTC microseconds since 1970, ids are 32 hex characters.
-- The PostgreSQL file of the same name differs in types only.

-- One row a payment: the folded state, and beside it the columns that are asked for.
CREATE TABLE payments (
    id           TEXT    NOT NULL PRIMARY KEY,
    store        TEXT    NOT NULL,
    register     TEXT    NOT NULL,
    operation    TEXT    NOT NULL,
    payment_type TEXT    NOT NULL,
    amount_minor INTEGER NOT NULL CHECK (amount_minor > 0),
    currency     TEXT    NOT NULL,
    receipt      TEXT,
    shift        TEXT,
    status       TEXT    NOT NULL,
    is_open      INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    opened_at    INTEGER NOT NULL,
    wake_at      INTEGER,
    settled      INTEGER NOT NULL CHECK (settled IN (0, 1)),
    sequence     INTEGER NOT NULL,           -- number of the last fact: every update is conditional on it
    epoch        INTEGER NOT NULL,           -- the instance that wrote last: the owner
    holds_register INTEGER NOT NULL CHECK (holds_register IN (0, 1)),  -- the one open payment of its register
    fiscal_due   INTEGER NOT NULL CHECK (fiscal_due IN (0, 1)),        -- paid, and no fiscal receipt told
    checkout     TEXT    NOT NULL,           -- {"v":1,"data":…}: written once
    state        TEXT    NOT NULL,           -- {"v":1,"data":…}
    CHECK (settled OR wake_at IS NOT NULL)   -- promise P6
) STRICT;

-- A register has one open payment, unless it is set to many. Held from the first commit on; given up at the end or
-- review, or to the payment that supersedes it; never taken again.
CREATE UNIQUE INDEX payments_one_open ON payments (store, register) WHERE holds_register;

CREATE INDEX payments_due ON payments (wake_at, id) WHERE wake_at IS NOT NULL;
-- It ends with its own condition to hold all that the query of open payments asks: else SQLite walks the next index.
CREATE INDEX payments_open ON payments (store, register, opened_at, id, is_open) WHERE is_open;
CREATE INDEX payments_of_register ON payments (store, register, opened_at, id);
CREATE INDEX payments_of_store ON payments (store, opened_at, id);
CREATE INDEX payments_to_fiscalize ON payments (id) WHERE fiscal_due;
CREATE INDEX payments_by_receipt ON payments (receipt) WHERE receipt IS NOT NULL;

-- One row a fact, with the event that tells a register of it. A second register's copy of the event is a row of its
-- own with copy 1 and without the fact. The rows that are not delivered are the outbox.
CREATE TABLE journal (
    number    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,   -- rises with commits, never used twice
    payment   TEXT    NOT NULL REFERENCES payments (id),
    sequence  INTEGER NOT NULL,
    copy      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    fact      TEXT,                                         -- {"v":1,"data":…}
    store     TEXT,
    register  TEXT,
    operation TEXT,
    event     TEXT,
    body      TEXT,
    delivered INTEGER CHECK (delivered IN (0, 1, 2)),       -- 0 pending, 1 delivered, 2 parked; null: no event
    UNIQUE (payment, sequence, copy),
    CHECK ((event IS NULL) = (delivered IS NULL))
) STRICT;

CREATE INDEX journal_undelivered ON journal (number) WHERE delivered <> 1;
-- The cursor of a register that asks for its events. Its condition is said by the queries that want it, and by no other:
-- else SQLite marks events by walking it.
CREATE INDEX journal_of_register ON journal (store, register, number) WHERE event IS NOT NULL;

-- What each operation turned out to be, for ever: the inbox. Its key leads with the operation, since people look for
-- one without knowing the register.
CREATE TABLE operations (
    operation TEXT    NOT NULL,
    register  TEXT    NOT NULL,
    store     TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('pay', 'refund', 'tombstone', 'rejected')),
    essence   TEXT,
    payment   TEXT,
    code      TEXT,
    field     TEXT,
    reason    TEXT,
    PRIMARY KEY (operation, register, store)
) STRICT, WITHOUT ROWID;

-- Money at a bank that payments know of. One that was only reported to a payment gets a second row once it is believed.
CREATE TABLE credits (
    bank_transaction TEXT    NOT NULL,
    server           TEXT    NOT NULL,
    payment          TEXT    NOT NULL REFERENCES payments (id),
    is_believed      INTEGER NOT NULL CHECK (is_believed IN (0, 1)),
    PRIMARY KEY (bank_transaction, server, payment, is_believed)
) STRICT, WITHOUT ROWID;

-- Money belongs to one payment: that which believes in it.
CREATE UNIQUE INDEX credits_of_one_payment ON credits (server, bank_transaction) WHERE is_believed;

-- Money at a bank that is of no order of ours: somebody paid at an open plate, or at a code that we did not make. It is
-- unclaimed until a payment believes in it.
CREATE TABLE unclaimed_credits (
    bank_transaction TEXT    NOT NULL,
    server           TEXT    NOT NULL,
    code             TEXT    NOT NULL,           -- the bank's id of the code that was paid
    amount_minor     INTEGER NOT NULL,
    currency         TEXT    NOT NULL,
    is_confirmed     INTEGER NOT NULL CHECK (is_confirmed IN (0, 1)),   -- a status has shown it, not only a notification
    found_at         INTEGER NOT NULL,
    paid_at          INTEGER,
    payer            TEXT,
    instrument       TEXT,
    PRIMARY KEY (bank_transaction, server)
) STRICT, WITHOUT ROWID;

CREATE INDEX unclaimed_credits_of_code ON unclaimed_credits (server, code, found_at);

-- A cash link carries one order at a time: the row is the lock, from the commit that orders the arming to the one that
-- knows that the order is over.
CREATE TABLE links (
    server  TEXT NOT NULL,
    link    TEXT NOT NULL,
    payment TEXT NOT NULL REFERENCES payments (id),
    since   INTEGER NOT NULL,
    PRIMARY KEY (server, link)
) STRICT, WITHOUT ROWID;

-- One row a start of an instance.
CREATE TABLE instances (
    epoch      INTEGER NOT NULL PRIMARY KEY,
    started_at INTEGER NOT NULL,
    renewed_at INTEGER NOT NULL
) STRICT;
