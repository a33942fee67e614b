-- Refunds above a store's limit wait for a second person who agrees.
-- A new table only: takes no lock that anybody could notice.

-- The id is the operation of the refund to come, which the payment knows once it is carried out. One for a payment at most.
CREATE TABLE refund_requests (
    operation  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    payment_id TEXT COLLATE "C" NOT NULL UNIQUE,
    store      TEXT COLLATE "C" NOT NULL,
    asked_by   TEXT COLLATE "C" NOT NULL,
    agreed_by  TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    body       TEXT NOT NULL
);
