-- Rounds of the inspection, which compares rows with their journals and asks banks once more. One row each: who is on it,
-- and which payment it has reached. A new table: takes no lock that anybody could notice.
-- The SQLite file of the same name differs in types only.
CREATE TABLE inspections (
    round      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    reached    TEXT COLLATE "C" NOT NULL,      -- payments behind this one are next
    epoch      BIGINT NOT NULL,      -- of the instance that held it last
    held_until BIGINT NOT NULL       -- nobody else takes it before
);

INSERT INTO inspections (round, reached, epoch, held_until) VALUES
    ('rows', '00000000000000000000000000000000', 0, 0),
    ('banks', '00000000000000000000000000000000', 0, 0);
