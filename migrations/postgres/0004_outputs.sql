-- Outputs that are driven by jobs (printers, line displays, displays that take pushes), and consoles that several registers
-- share (design.md §6 "Order and fan-out"). New tables only: takes no lock that anybody could notice.

-- One row a payment on a console. What was begun is never begun again.
CREATE TABLE output_jobs (
    payment     TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    console     TEXT COLLATE "C" NOT NULL,
    store       TEXT COLLATE "C" NOT NULL,
    owner       TEXT COLLATE "C" NOT NULL,                    -- the register that the console is set up at
    site        TEXT COLLATE "C" NOT NULL,                    -- only instances started with this site drive it
    device      TEXT COLLATE "C" NOT NULL,                    -- its address: one job at a time
    clears      BOOLEAN NOT NULL,  -- what is on it can be taken back
    ordered_at  BIGINT NOT NULL,
    live_until  BIGINT NOT NULL,
    state       BIGINT NOT NULL CHECK (state BETWEEN 0 AND 4),  -- 0 waits, 1 is shown, 2 is on, 3 is cleared, 4 over
    lease_until BIGINT CHECK ((lease_until IS NOT NULL) = (state IN (1, 3))),
    outcome     TEXT,
    reason      TEXT,
    PRIMARY KEY (payment, console)
);

CREATE INDEX output_jobs_to_do ON output_jobs (site, ordered_at) WHERE state < 4;
-- A device does one job at a time, whoever drives it.
CREATE UNIQUE INDEX output_jobs_one_a_device ON output_jobs (site, device) WHERE state IN (1, 3);

-- A console that several registers share shows one live code: that of the payment which has hold of it until it is over.
CREATE TABLE console_holds (
    store   TEXT COLLATE "C" NOT NULL,
    owner   TEXT COLLATE "C" NOT NULL,
    console TEXT COLLATE "C" NOT NULL,
    payment TEXT COLLATE "C" NOT NULL REFERENCES payments (id),
    PRIMARY KEY (store, owner, console)
);
