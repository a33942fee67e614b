-- What the business wants: stores, registers, consoles, payment types, authorization servers, keys (design.md §6).
-- A new database only: takes no lock that anybody could notice.
--
-- An entity is its key columns and a JSON body, as the engine's settings types write it.

-- One row: rises with every change of the tables below, in the same transaction.
CREATE TABLE settings_revision (
    only_row BIGINT NOT NULL PRIMARY KEY CHECK (only_row = 1),
    revision BIGINT NOT NULL
);

INSERT INTO settings_revision (only_row, revision) VALUES (1, 0);

CREATE TABLE stores (
    store TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body  TEXT NOT NULL
);

CREATE TABLE registers (
    store    TEXT COLLATE "C" NOT NULL REFERENCES stores (store) ON DELETE CASCADE,
    register TEXT COLLATE "C" NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (store, register)
);

CREATE TABLE consoles (
    store    TEXT COLLATE "C" NOT NULL,
    register TEXT COLLATE "C" NOT NULL,
    console  TEXT COLLATE "C" NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (store, register, console),
    FOREIGN KEY (store, register) REFERENCES registers (store, register) ON DELETE CASCADE
);

CREATE TABLE payment_types (
    store        TEXT COLLATE "C" NOT NULL REFERENCES stores (store) ON DELETE CASCADE,
    payment_type TEXT COLLATE "C" NOT NULL,
    body         TEXT NOT NULL,
    PRIMARY KEY (store, payment_type)
);

CREATE TABLE servers (
    server TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    body   TEXT NOT NULL
);

-- Credentials of authorization servers, sealed with a key that is not in the database.
CREATE TABLE server_secrets (
    server TEXT COLLATE "C" NOT NULL REFERENCES servers (server) ON DELETE CASCADE,
    name   TEXT COLLATE "C" NOT NULL,
    sealed TEXT NOT NULL,
    PRIMARY KEY (server, name)
);

-- Keys that registers' software calls over HTTP with. Only the hash is kept: the key itself is shown once.
CREATE TABLE api_keys (
    id     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store  TEXT COLLATE "C" NOT NULL REFERENCES stores (store) ON DELETE CASCADE,
    sha256 TEXT COLLATE "C" NOT NULL UNIQUE,
    body   TEXT NOT NULL
);
