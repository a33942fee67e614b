-- People who use the admin pages: users, their sessions, the way in for the first of them, failed tries, and the audit.
-- New tables only: takes no lock that anybody could notice.

-- A user is a few columns that are looked up and a JSON body. Every change is conditional on the version.
CREATE TABLE users (
    id      TEXT    NOT NULL PRIMARY KEY,
    login   TEXT    NOT NULL UNIQUE,
    version INTEGER NOT NULL,
    body    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

-- Only the hash of a session's token is kept: the token itself stays in the browser's cookie.
CREATE TABLE sessions (
    token_sha256 TEXT    NOT NULL PRIMARY KEY,
    user_id      TEXT    NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen_at      INTEGER NOT NULL,
    ends_at      INTEGER NOT NULL,
    body         TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (ends_at);

-- The one-time link by which the first owner is made. A new one replaces the old one.
CREATE TABLE setup_link (
    only_row     INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    token_sha256 TEXT    NOT NULL,
    ends_at      INTEGER NOT NULL
) STRICT;

-- Failed tries to get in, by login, by address, by both.
CREATE TABLE failed_tries (
    who   TEXT    NOT NULL PRIMARY KEY,
    tries INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX failed_tries_by_end ON failed_tries (until);

-- What people changed. Each row's hash is made of the row and of the hash before it; the head is the newest of them.
CREATE TABLE audit (
    number INTEGER NOT NULL PRIMARY KEY,
    at     INTEGER NOT NULL,
    store  TEXT    NOT NULL,
    body   TEXT    NOT NULL,
    hash   TEXT    NOT NULL
) STRICT;

CREATE INDEX audit_by_store ON audit (store, number);

CREATE TABLE audit_head (
    only_row INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    number   INTEGER NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;

INSERT INTO audit_head (only_row, number, hash) VALUES (1, 0, '');
