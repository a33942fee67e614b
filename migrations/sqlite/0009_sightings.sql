-- When screens were last connected, and what a device did last: for the health of consoles.
-- A new table and an index over the jobs of outputs: a million of them take a few seconds, in which nothing is written.
-- The PostgreSQL file of the same name differs in types only.

CREATE TABLE console_sightings (
    store    TEXT    NOT NULL,
    register TEXT    NOT NULL,
    console  TEXT    NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (store, register, console)
) STRICT, WITHOUT ROWID;

CREATE INDEX output_jobs_of_console ON output_jobs (store, owner, console, ordered_at);
