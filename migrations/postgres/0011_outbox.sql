-- What is parked for a register is read by register, and taking over, which looks each second for what nobody sends, does not read
-- what is parked: the outbox is ordered by what became of an event. And each bank has a round of the inspection of its own, which
-- makes itself known: the one of all banks is not walked any more.
-- Two indexes over the few rows of the outbox: the journal is read once for each; a million rows take about a second, in which
-- nothing is written.
-- The SQLite file of the same name has the first of them only: nobody takes over there.
CREATE INDEX journal_parked ON journal (store, register, number) WHERE delivered = 2;

DROP INDEX journal_undelivered;
CREATE INDEX journal_undelivered ON journal (delivered, number) WHERE delivered <> 1;

DELETE FROM inspections WHERE round = 'banks';
