-- What people look for in the journal of payments: amount, code, payer, state, receipt.
-- Adds two columns and indexes over all payments: a million of them take about half a minute, in which nothing is written.
-- The SQLite file of the same name differs in types, and has no steps of a change.

ALTER TABLE payments ADD COLUMN code  TEXT COLLATE "C";   -- the bank's id of the newest code
ALTER TABLE payments ADD COLUMN payer TEXT COLLATE "C";   -- what the last payer is looked for by: four digits, or letters in lower case

UPDATE payments SET code = (
    SELECT attempt.value #>> '{code,id}'
    FROM jsonb_array_elements(payments.state::jsonb #> '{data,attempts}') WITH ORDINALITY AS attempt (value, place)
    WHERE attempt.value #>> '{code,id}' IS NOT NULL ORDER BY attempt.place DESC LIMIT 1);

-- Payers that are shown by their names stay without a key: only newer payments are found by those.
UPDATE payments SET payer = (
    SELECT right(translate(credit.value ->> 'payer', ' -()', ''), 4)
    FROM jsonb_array_elements(payments.state::jsonb #> '{data,credits}') WITH ORDINALITY AS credit (value, place)
    WHERE credit.value ->> 'payer' IS NOT NULL ORDER BY credit.place DESC LIMIT 1);
UPDATE payments SET payer = NULL WHERE payer !~ '^[0-9]{4}$';

DROP INDEX payments_by_receipt;
CREATE INDEX payments_by_receipt ON payments (receipt, store, opened_at, id) WHERE receipt IS NOT NULL;
CREATE INDEX payments_by_amount ON payments (store, amount_minor, opened_at, id);
CREATE INDEX payments_by_code ON payments (store, code, opened_at, id) WHERE code IS NOT NULL;
CREATE INDEX payments_by_payer ON payments (store, payer, opened_at, id) WHERE payer IS NOT NULL;
-- How most payments end is found by walking the newest. The condition is said word for word by the query that wants it.
CREATE INDEX payments_to_look_at ON payments (store, status, opened_at, id)
    WHERE status NOT IN ('paid', 'expired', 'cancelled');

-- The steps of a change, as they were in 0003_commit.sql, with the two columns. Instances of the version before go on with
-- their own steps until they end.
CREATE FUNCTION step_open(
    so_far TEXT, p_id TEXT, p_store TEXT, p_register TEXT, p_operation TEXT, p_payment_type TEXT,
    p_amount_minor BIGINT, p_currency TEXT, p_receipt TEXT, p_status TEXT, p_is_open BOOLEAN, p_opened_at BIGINT,
    p_wake_at BIGINT, p_settled BOOLEAN, p_sequence BIGINT, p_epoch BIGINT, p_checkout TEXT, p_state TEXT,
    p_shift TEXT, p_is_sole BOOLEAN, p_fiscal_due BOOLEAN, p_supersedes TEXT,
    p_code TEXT, p_payer TEXT
) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    IF p_is_sole AND p_supersedes IS NOT NULL THEN
        UPDATE payments SET holds_register = FALSE
        WHERE store = p_store AND register = p_register AND operation = p_supersedes AND holds_register;
        IF FOUND THEN so_far := 'written'; END IF;
    END IF;
    INSERT INTO payments
        (id, store, register, operation, payment_type, amount_minor, currency, receipt, status, is_open, opened_at,
         wake_at, settled, sequence, epoch, checkout, state, shift, holds_register, fiscal_due,
         code, payer)
    VALUES (p_id, p_store, p_register, p_operation, p_payment_type, p_amount_minor, p_currency, p_receipt, p_status,
        p_is_open, p_opened_at, p_wake_at, p_settled, p_sequence, p_epoch, p_checkout, p_state, p_shift, p_is_sole,
        p_fiscal_due, p_code, p_payer)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN 'written'; END IF;
    RETURN refusal(so_far, CASE WHEN p_is_sole THEN 'register_busy' ELSE 'conflict' END);
END $$;

CREATE FUNCTION step_update(
    so_far TEXT, p_id TEXT, p_expected BIGINT, p_status TEXT, p_is_open BOOLEAN, p_wake_at BIGINT, p_settled BOOLEAN,
    p_sequence BIGINT, p_epoch BIGINT, p_state TEXT, p_fiscal_due BOOLEAN, p_code TEXT,
    p_payer TEXT
) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    UPDATE payments
    SET status = p_status, is_open = p_is_open, wake_at = p_wake_at, settled = p_settled, sequence = p_sequence,
        epoch = p_epoch, state = p_state, holds_register = (holds_register AND p_is_open), fiscal_due = p_fiscal_due,
        code = p_code, payer = p_payer
    WHERE id = p_id AND sequence = p_expected;
    RETURN CASE WHEN FOUND THEN 'written' ELSE refusal(so_far, 'conflict') END;
END $$;
