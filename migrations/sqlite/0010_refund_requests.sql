-- Refunds above a store's limit wait for a second person who agrees.
-- A new table only: takes no lock that anybody could notice.

-- The id is the operation of the refund to come, which the payment knows once it is carried out. One for a payment at most.
CREATE TABLE refund_requests (
    operation  TEXT NOT NULL PRIMARY KEY,
    payment_id TEXT NOT NULL UNIQUE,
    store      TEXT NOT NULL,
    asked_by   TEXT NOT NULL,
    agreed_by  TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    body       TEXT NOT NULL
) STRICT, WITHOUT ROWID;
