-- A change of the engine as one call, so that it costs one round trip. PostgreSQL alone has this file: SQLite runs the
-- same statements as one script. A new database only.
--
-- Each function is one step. A change is a nest of them, the first innermost, such as
--     SELECT step_journal(step_open(step_operation(step_begin($1, …), …), …), …)
-- since arguments are known before a function is called, the order of the steps is certain. What a step hands to the
-- next is 'clean' (nothing is written yet), 'written', or the word of a refusal, which goes through to the end.
-- A refusal after something was written is raised, and so undoes it; the others would only fill the server's log.

-- The time by which instances lapse: the database's.
CREATE FUNCTION now_micros() RETURNS BIGINT
LANGUAGE sql VOLATILE AS $$
    SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)
$$;

-- Whether the instance of an epoch is gone for good. Epoch 0 is whoever writes before the first instance.
CREATE FUNCTION has_lapsed(p_epoch BIGINT, p_after BIGINT) RETURNS BOOLEAN
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM FROM instances WHERE epoch = p_epoch AND renewed_at >= now_micros() - p_after;
    RETURN NOT FOUND AND (p_epoch > 0 OR EXISTS (SELECT FROM instances));
END $$;

CREATE FUNCTION refusal(so_far TEXT, word TEXT) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far = 'written' THEN
        RAISE EXCEPTION USING ERRCODE = 'UI001', MESSAGE = word;
    END IF;
    RETURN word;
END $$;

CREATE FUNCTION step_begin(p_epoch BIGINT, p_lapse_after BIGINT) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN has_lapsed(p_epoch, p_lapse_after) THEN 'lapsed' ELSE 'clean' END;
END $$;

CREATE FUNCTION step_operation(
    so_far TEXT, p_operation TEXT, p_register TEXT, p_store TEXT, p_at BIGINT, p_kind TEXT, p_essence TEXT,
    p_payment TEXT, p_code TEXT, p_field TEXT, p_reason TEXT
) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    INSERT INTO operations (operation, register, store, at, kind, essence, payment, code, field, reason)
    VALUES (p_operation, p_register, p_store, p_at, p_kind, p_essence, p_payment, p_code, p_field, p_reason)
    ON CONFLICT DO NOTHING;
    RETURN CASE WHEN FOUND THEN 'written' ELSE refusal(so_far, 'duplicate') END;
END $$;

-- The payment becomes known. A register's place goes to it from the payment whose operation it supersedes.
CREATE FUNCTION step_open(
    so_far TEXT, p_id TEXT, p_store TEXT, p_register TEXT, p_operation TEXT, p_payment_type TEXT,
    p_amount_minor BIGINT, p_currency TEXT, p_receipt TEXT, p_status TEXT, p_is_open BOOLEAN, p_opened_at BIGINT,
    p_wake_at BIGINT, p_settled BOOLEAN, p_sequence BIGINT, p_epoch BIGINT, p_checkout TEXT, p_state TEXT,
    p_shift TEXT, p_is_sole BOOLEAN, p_fiscal_due BOOLEAN, p_supersedes TEXT
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
         wake_at, settled, sequence, epoch, checkout, state, shift, holds_register, fiscal_due)
    VALUES (p_id, p_store, p_register, p_operation, p_payment_type, p_amount_minor, p_currency, p_receipt, p_status,
        p_is_open, p_opened_at, p_wake_at, p_settled, p_sequence, p_epoch, p_checkout, p_state, p_shift, p_is_sole,
        p_fiscal_due)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN RETURN 'written'; END IF;
    RETURN refusal(so_far, CASE WHEN p_is_sole THEN 'register_busy' ELSE 'conflict' END);
END $$;

-- The payment changes, if it still is as it was when the change was decided. Who writes becomes its owner.
CREATE FUNCTION step_update(
    so_far TEXT, p_id TEXT, p_expected BIGINT, p_status TEXT, p_is_open BOOLEAN, p_wake_at BIGINT, p_settled BOOLEAN,
    p_sequence BIGINT, p_epoch BIGINT, p_state TEXT, p_fiscal_due BOOLEAN
) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    UPDATE payments
    SET status = p_status, is_open = p_is_open, wake_at = p_wake_at, settled = p_settled, sequence = p_sequence,
        epoch = p_epoch, state = p_state, holds_register = (holds_register AND p_is_open), fiscal_due = p_fiscal_due
    WHERE id = p_id AND sequence = p_expected;
    RETURN CASE WHEN FOUND THEN 'written' ELSE refusal(so_far, 'conflict') END;
END $$;

CREATE FUNCTION step_credits(
    so_far TEXT, p_payment TEXT, p_servers TEXT[], p_transactions TEXT[], p_believed BOOLEAN[]
) RETURNS TEXT
LANGUAGE plpgsql AS $$
DECLARE
    taken BIGINT;
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    INSERT INTO credits (server, bank_transaction, payment, is_believed)
    SELECT found.server, found.bank_transaction, p_payment, found.is_believed
    FROM unnest(p_servers, p_transactions, p_believed) AS found (server, bank_transaction, is_believed)
    ORDER BY found.server, found.bank_transaction
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
    RETURN CASE WHEN taken = cardinality(p_servers) THEN 'written' ELSE refusal(so_far, 'credit_taken') END;
END $$;

CREATE FUNCTION step_take_links(
    so_far TEXT, p_payment TEXT, p_at BIGINT, p_servers TEXT[], p_links TEXT[]
) RETURNS TEXT
LANGUAGE plpgsql AS $$
DECLARE
    taken BIGINT;
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    INSERT INTO links (server, link, payment, since)
    SELECT wanted.server, wanted.link, p_payment, p_at
    FROM unnest(p_servers, p_links) AS wanted (server, link)
    ORDER BY wanted.server, wanted.link
    ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS taken = ROW_COUNT;
    RETURN CASE WHEN taken = cardinality(p_servers) THEN 'written' ELSE refusal(so_far, 'link_taken') END;
END $$;

CREATE FUNCTION step_free_links(so_far TEXT, p_payment TEXT, p_servers TEXT[], p_links TEXT[]) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    DELETE FROM links USING unnest(p_servers, p_links) AS freed (server, link)
    WHERE links.server = freed.server AND links.link = freed.link AND links.payment = p_payment;
    RETURN so_far;
END $$;

-- The facts and their events. Numbers are drawn while the registers that are told are locked, until the commit can be
-- seen: so a register's events are seen in the order of their numbers, and its cursor skips nothing. Locks come in one
-- order and last of all that a change waits for, so that two changes never wait for each other.
CREATE FUNCTION step_journal(
    so_far TEXT, p_payment TEXT, p_at BIGINT, p_sequences BIGINT[], p_copies BIGINT[], p_facts TEXT[],
    p_stores TEXT[], p_registers TEXT[], p_operations TEXT[], p_events TEXT[], p_bodies TEXT[], p_delivered BIGINT[]
) RETURNS TEXT
LANGUAGE plpgsql AS $$
BEGIN
    IF so_far NOT IN ('clean', 'written') THEN RETURN so_far; END IF;
    PERFORM pg_advisory_xact_lock(7370, told.place)
    FROM (
        SELECT DISTINCT hashtext(event.store || '/' || event.register) AS place
        FROM unnest(p_stores, p_registers) AS event (store, register)
        WHERE event.store IS NOT NULL
        ORDER BY place
    ) AS told;
    INSERT INTO journal
        (payment, sequence, copy, at, fact, store, register, operation, event, body, delivered)
    SELECT p_payment, fact.sequence, fact.copy, p_at, fact.fact, fact.store, fact.register, fact.operation, fact.event,
        fact.body, fact.delivered
    FROM unnest(p_sequences, p_copies, p_facts, p_stores, p_registers, p_operations, p_events, p_bodies, p_delivered)
        WITH ORDINALITY
        AS fact (sequence, copy, fact, store, register, operation, event, body, delivered, place)
    ORDER BY fact.place;
    RETURN 'written';
END $$;
