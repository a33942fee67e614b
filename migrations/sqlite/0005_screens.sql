-- What screens leave behind: devices that wait to be paired with a console, and buyers' ratings.
-- New tables only: takes no lock that anybody could notice.

-- A device that shows a one-time code. Only the hash of its token is kept: the token itself stays in the device's cookie.
CREATE TABLE pairings (
    code         TEXT    NOT NULL PRIMARY KEY,
    token_sha256 TEXT    NOT NULL,
    expires_at   INTEGER NOT NULL,
    is_taken     INTEGER NOT NULL DEFAULT 0 CHECK (is_taken IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX pairings_by_end ON pairings (expires_at);

-- One tap after a payment: 1 bad, 2 so-so, 3 good. The last tap holds.
CREATE TABLE ratings (
    payment  TEXT    NOT NULL PRIMARY KEY,
    store    TEXT    NOT NULL,
    register TEXT    NOT NULL,
    console  TEXT    NOT NULL,
    rating   INTEGER NOT NULL CHECK (rating BETWEEN 1 AND 3),
    rated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX ratings_by_store ON ratings (store, rated_at);
