-- When screens were last connected, and what a device did last: for the health of consoles.
-- A new table and an index over the jobs of outputs: a million of them take a few seconds, in which nothing is written.
-- The SQLite file of the same name differs in types only.

CREATE TABLE console_sightings (
    store    TEXT COLLATE "C" NOT NULL,
    register TEXT COLLATE "C" NOT NULL,
    console  TEXT COLLATE "C" NOT NULL,
    seen_at  BIGINT NOT NULL,
    PRIMARY KEY (store, register, console)
);

CREATE INDEX output_jobs_of_console ON output_jobs (store, owner, console, ordered_at);
