-- What is parked for a register is read by register, and not by looking through all that is undelivered. And each bank has a round
-- of the inspection of its own, which makes itself known: the one of all banks is not walked any more.
-- A new index over the few rows that are parked: the journal is read once for it; a million rows take about a second, in which
-- nothing is written.
-- The PostgreSQL file of the same name does the same, and orders the outbox by what became of an event.
CREATE INDEX journal_parked ON journal (store, register, number) WHERE delivered = 2;

DELETE FROM inspections WHERE round = 'banks';
