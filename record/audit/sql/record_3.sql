-- The trigger of a recorded table, third version, and the acts, second: an entry of a
-- restricted form names no participant, no transaction and no request, by which it
-- could be joined with the entries that name one. Its form has a pseudonym instead.

CREATE OR REPLACE FUNCTION audit_record(
    kind text, recorded_table text, op text,
    old_row record, new_row record, unrecorded text[], secret text[] DEFAULT '{}'
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    context jsonb := nullif(current_setting('audit.context', true), '')::jsonb;
    before jsonb := CASE op WHEN 'INSERT' THEN '{}' ELSE to_jsonb(old_row) END;
    after jsonb := to_jsonb(new_row);
    ignored text[] := unrecorded || '{id,missing}'::text[];
    told_old jsonb;
    told_new jsonb;
    reasons jsonb := '{}';
    participant bigint;
    revised integer;
    secrecy text;
    sheet_id bigint := (after ->> 'form_id')::bigint;
    row_digest text := '';
BEGIN
    IF pg_trigger_depth() = 0 THEN
        RAISE EXCEPTION 'Only triggers write the audit trail.' USING ERRCODE = 'AU003';
    END IF;
    IF context IS NULL OR context ? 'demo_at' THEN
        context := audit_context();
    END IF;
    IF kind <> 'register' THEN
        -- Writers share a lock that locking the database takes alone, so no write
        -- slips between the check and the lock.
        PERFORM pg_advisory_xact_lock_shared(4194671);
        IF EXISTS (SELECT FROM audit_databaselock WHERE unlocked_at IS NULL) THEN
            RAISE EXCEPTION 'The database is locked.' USING ERRCODE = 'AU002';
        END IF;
    END IF;
    IF kind = 'crf' THEN
        ignored := ignored || 'form_id'::text;
    ELSIF kind = 'sheet' THEN
        sheet_id := (after ->> 'id')::bigint;
        IF op = 'UPDATE' AND audit_is_closed_to(before, after) THEN
            PERFORM audit_refuse_sheet(sheet_id);
        END IF;
        ignored := ignored || '{revision,item_revisions,digest}'::text[];
    END IF;

    ignored := ignored || ARRAY(
        SELECT key FROM jsonb_each(after) WHERE value = coalesce(before -> key, 'null')
    );
    told_old := before - ignored;
    told_new := after - ignored;
    IF kind = 'crf' AND (
        after -> 'missing' <> '{}' OR before -> 'missing' <> '{}'
        OR EXISTS (
            SELECT FROM jsonb_object_keys(told_new) key
            WHERE key LIKE '%\_\_%' OR after ? (key || '__unit')
        )
    ) THEN
        -- A companion column or a missing code counts as its item.
        SELECT
            coalesce(jsonb_object_agg(item, audit_item(before, item)), '{}'),
            coalesce(jsonb_object_agg(item, audit_item(after, item)), '{}')
        INTO told_old, told_new FROM (
            SELECT split_part(jsonb_object_keys(told_new), '__', 1) AS item
            UNION
            SELECT key FROM jsonb_each(after -> 'missing')
            WHERE before #> ARRAY['missing', key] IS DISTINCT FROM value
            UNION
            SELECT key FROM jsonb_each(before -> 'missing')
            WHERE NOT after -> 'missing' ? key
        ) changed;
    END IF;
    IF told_new = '{}' AND op = 'UPDATE' THEN
        RETURN;
    END IF;
    IF told_new ?| secret THEN
        told_old := audit_conceal(told_old, secret);
        told_new := audit_conceal(told_new, secret);
    END IF;

    IF kind = 'crf' THEN
        row_digest := audit_digest(after);
        UPDATE casebook_forminstance f SET
            revision = f.revision + 1,
            item_revisions = f.item_revisions || coalesce((
                SELECT jsonb_object_agg(item, f.revision + 1)
                FROM jsonb_object_keys(told_new) item
            ), '{}'),
            digest = row_digest
        WHERE f.id = sheet_id AND f.locked_at IS NULL AND f.frozen_at IS NULL
        RETURNING f.participant_id, f.revision, f.confidentiality
        INTO participant, revised, secrecy;
        IF NOT FOUND THEN
            PERFORM audit_refuse_sheet(sheet_id);
        END IF;
    ELSIF sheet_id IS NOT NULL THEN
        SELECT f.participant_id, f.revision, f.confidentiality
        INTO participant, revised, secrecy
        FROM casebook_forminstance f WHERE f.id = sheet_id;
    ELSE
        participant := CASE recorded_table
            WHEN 'casebook_participant' THEN (after ->> 'id')::bigint
            ELSE (after ->> 'participant_id')::bigint
        END;
        secrecy := coalesce(after ->> 'confidentiality', 'open');
    END IF;

    IF context ? 'reasons' THEN
        SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO reasons
        FROM jsonb_each(context #> ARRAY['reasons', sheet_id::text])
        WHERE told_new ? key;
    END IF;
    IF context ? 'reason' THEN
        reasons := reasons || jsonb_build_object('', context -> 'reason');
    END IF;
    INSERT INTO audit_entry (
        at, demo_at, transaction_id, operation, table_name, row_id, act,
        participant_id, form_id, revision, confidentiality, old_values, new_values, reasons,
        actor_id, actor, role, via, request_id, address, digest
    ) VALUES (
        clock_timestamp(), (context ->> 'demo_at')::timestamptz,
        CASE secrecy WHEN 'restricted' THEN 0
            ELSE pg_current_xact_id()::text::bigint END, op, recorded_table,
        coalesce((after ->> 'id')::bigint, sheet_id), '',
        participant, sheet_id, revised, secrecy,
        CASE op WHEN 'INSERT' THEN '{}' ELSE told_old END, told_new, reasons,
        (context ->> 'actor_id')::bigint, context ->> 'actor', context ->> 'role',
        context ->> 'via',
        CASE secrecy WHEN 'restricted' THEN '' ELSE context ->> 'request_id' END,
        (context ->> 'address')::inet, row_digest
    );
END
$$;

-- A deed that changes no row: a sign-in, an export, a view of an arm.
CREATE OR REPLACE FUNCTION audit_act(
    deed text, participant bigint, sheet_id bigint, details jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := audit_context();
    secrecy text := coalesce(
        (SELECT confidentiality FROM casebook_forminstance WHERE id = sheet_id),
        details ->> 'confidentiality', 'open'
    );
BEGIN
    IF secrecy = 'restricted' AND sheet_id IS NOT NULL THEN
        SELECT f.participant_id INTO participant
        FROM casebook_forminstance f WHERE f.id = sheet_id;
    END IF;
    INSERT INTO audit_entry (
        at, demo_at, transaction_id, operation, table_name, row_id, act,
        participant_id, form_id, revision, confidentiality, old_values, new_values, reasons,
        actor_id, actor, role, via, request_id, address
    ) VALUES (
        clock_timestamp(), (context ->> 'demo_at')::timestamptz,
        CASE secrecy WHEN 'restricted' THEN 0
            ELSE pg_current_xact_id()::text::bigint END, 'ACT', '', NULL, deed,
        participant, sheet_id, NULL, secrecy,
        '{}', details - 'confidentiality',
        CASE WHEN context ? 'reason'
            THEN jsonb_build_object('', context -> 'reason') ELSE '{}' END,
        (context ->> 'actor_id')::bigint, context ->> 'actor', context ->> 'role',
        context ->> 'via',
        CASE secrecy WHEN 'restricted' THEN '' ELSE context ->> 'request_id' END,
        (context ->> 'address')::inet
    );
END
$$;
