-- What screens leave behind: devices that wait to be paired with a console, and buyers' ratings.
-- New tables only: takes no lock that anybody could notice.

-- A device that shows a one-time code. Only the hash of its token is kept: the token itself stays in the device's cookie.
CREATE TABLE pairings (
    code         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_sha256 TEXT COLLATE "C" NOT NULL,
    expires_at   BIGINT NOT NULL,
    is_taken     BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX pairings_by_end ON pairings (expires_at);

-- One tap after a payment: 1 bad, 2 so-so, 3 good. The last tap holds.
CREATE TABLE ratings (
    payment  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    store    TEXT COLLATE "C" NOT NULL,
    register TEXT COLLATE "C" NOT NULL,
    console  TEXT COLLATE "C" NOT NULL,
    rating   BIGINT NOT NULL CHECK (rating BETWEEN 1 AND 3),
    rated_at BIGINT NOT NULL
);

CREATE INDEX ratings_by_store ON ratings (store, rated_at);
