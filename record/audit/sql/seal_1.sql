-- Seals are made by the database alone: the role of the web server can ask for one,
-- and can write none of its own. What a seal is: record/audit/seals.py, which verifies
-- them by computations of its own.

-- An odd leaf at the end moves up as it is (RFC 6962).
CREATE FUNCTION audit_merkle_root(leaves bytea[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = public, pg_temp AS $$
BEGIN
    WHILE cardinality(leaves) > 1 LOOP
        SELECT array_agg(node ORDER BY place) INTO leaves FROM (
            SELECT (n - 1) / 2 AS place, CASE count(*)
                WHEN 2 THEN sha256('\x01'::bytea || string_agg(leaf, '' ORDER BY n))
                ELSE string_agg(leaf, '')
            END AS node
            FROM unnest(leaves) WITH ORDINALITY AS level (leaf, n) GROUP BY 1
        ) AS pairs;
    END LOOP;
    RETURN leaves[1];
END
$$;

CREATE FUNCTION audit_seal_digest(seal audit_seal) RETURNS text
LANGUAGE sql STABLE SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(concat_ws('|',
        seal.first_id, seal.last_id, seal.count, seal.horizon, seal.root, seal.previous,
        to_char(seal.made_at, 'YYYY-MM-DD"T"HH24:MI:SS')
            || regexp_replace(to_char(seal.made_at, '.US'), '\.000000', '') || '+00:00'
    ), 'UTF8')), 'hex')
$$;

-- An entry is finished when no transaction runs that was there before it ended; one of
-- a number still to come was written before this database was restored elsewhere.
CREATE FUNCTION audit_seal_finished() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    ended_before bigint;
    ids bigint[];
    digests bytea[];
    seal_before audit_seal;
    sealed bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(4194672);
    ended_before := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT array_agg(id ORDER BY id), array_agg(leaf ORDER BY id) INTO ids, digests
    FROM (
        SELECT e.id, sha256('\x00'::bytea || convert_to((jsonb_build_array(
            e.id, e.at, e.demo_at, e.transaction_id, e.operation, e.table_name,
            e.row_id, e.act, e.participant_id, e.form_id, e.revision,
            e.confidentiality, e.old_values, e.new_values, e.reasons, e.actor_id,
            e.actor, e.role, e.via, e.request_id, host(e.address)
        ) || CASE e.digest
            WHEN '' THEN '[]' ELSE jsonb_build_array(e.digest)
        END)::text, 'UTF8')) AS leaf
        FROM audit_entry e
        WHERE NOT EXISTS (SELECT FROM audit_sealedentry s WHERE s.entry_id = e.id)
        AND (
            e.transaction_id < ended_before OR e.transaction_id
                >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        )
    ) AS finished;
    IF ids IS NULL THEN
        RETURN 0;
    END IF;
    SELECT * INTO seal_before FROM audit_seal ORDER BY id DESC LIMIT 1;
    INSERT INTO audit_seal (first_id, last_id, count, horizon, root, previous, made_at)
    VALUES (
        ids[1], ids[cardinality(ids)], cardinality(ids), ended_before,
        encode(audit_merkle_root(digests), 'hex'),
        CASE WHEN seal_before.id IS NULL THEN '' ELSE audit_seal_digest(seal_before) END,
        clock_timestamp()
    ) RETURNING id INTO sealed;
    INSERT INTO audit_sealedentry (entry_id, seal_id, digest)
    SELECT entry_id, sealed, leaf FROM unnest(ids, digests) AS finished (entry_id, leaf);
    RETURN cardinality(ids);
END
$$;
