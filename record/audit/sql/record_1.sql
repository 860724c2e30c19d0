-- What the database does on each write of a recorded table (docs/adr/0001).
-- `pg_temp` stands last in each search path, so that no temporary table of a session
-- can stand in for one of the record.

-- The value of an item as the audit trail tells it: a scalar or a list; a laboratory
-- value with its unit; or the missing code that stands for the value.
CREATE FUNCTION audit_item(stored jsonb, item text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN stored -> 'missing' ? item
            THEN jsonb_build_object('missing', stored -> 'missing' -> item)
        WHEN stored ? (item || '__unit') AND stored -> item <> 'null'
            THEN jsonb_build_object(
                'value', stored -> item,
                'unit', stored -> (item || '__unit'),
                'standard', stored -> (item || '__standard')
            )
        ELSE coalesce(stored -> item, 'null')
    END
$$;

-- The digest of a sheet's row. A column that a later version of the form brings is
-- null in the rows of before, and leaves their digest as it was.
CREATE FUNCTION audit_digest(stored jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(jsonb_strip_nulls(stored)::text, 'UTF8')), 'hex')
$$;

-- Whether a locked sheet would change in more than its lock, or a frozen one in more
-- than its freeze, its lock and when it is due. Only its CRF moves the revision, and
-- asks for itself.
CREATE FUNCTION audit_is_closed_to(before jsonb, after jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    moved text[] := CASE
        WHEN before ->> 'locked_at' IS NOT NULL THEN '{locked_at,locked_by_id}'
        ELSE '{frozen_at,locked_at,locked_by_id,due_on}'
    END;
BEGIN
    RETURN coalesce(before ->> 'locked_at', before ->> 'frozen_at') IS NOT NULL
        AND before - moved <> after - moved;
END
$$;

CREATE FUNCTION audit_context() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := nullif(current_setting('audit.context', true), '')::jsonb;
BEGIN
    IF context IS NULL THEN
        RAISE EXCEPTION 'This write names no actor.' USING ERRCODE = 'AU001';
    END IF;
    IF context ? 'demo_at' AND NOT EXISTS (
        SELECT FROM audit_installation WHERE is_demo
    ) THEN
        RAISE EXCEPTION 'The clock moves only in a demo.' USING ERRCODE = 'AU004';
    END IF;
    RETURN context;
END
$$;

-- Writers share a lock that locking the database takes alone, so no write slips
-- between the check and the lock.
CREATE FUNCTION audit_refuse_when_locked() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(4194671);
    IF EXISTS (SELECT FROM audit_databaselock WHERE unlocked_at IS NULL) THEN
        RAISE EXCEPTION 'The database is locked.' USING ERRCODE = 'AU002';
    END IF;
END
$$;

CREATE FUNCTION audit_record(
    kind text, recorded_table text, op text,
    old_row record, new_row record, unrecorded text[]
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

    IF kind = 'crf' THEN
        UPDATE casebook_forminstance f SET
            revision = f.revision + 1,
            item_revisions = f.item_revisions || coalesce((
                SELECT jsonb_object_agg(item, f.revision + 1)
                FROM jsonb_object_keys(told_new) item
            ), '{}'),
            digest = audit_digest(after)
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
        actor_id, actor, role, via, request_id, address
    ) VALUES (
        clock_timestamp(), (context ->> 'demo_at')::timestamptz,
        pg_current_xact_id()::text::bigint, op, recorded_table,
        coalesce((after ->> 'id')::bigint, sheet_id), '',
        participant, sheet_id, revised, secrecy,
        CASE op WHEN 'INSERT' THEN '{}' ELSE told_old END, told_new, reasons,
        (context ->> 'actor_id')::bigint, context ->> 'actor', context ->> 'role',
        context ->> 'via', context ->> 'request_id', (context ->> 'address')::inet
    );
END
$$;

CREATE FUNCTION audit_refuse_sheet(sheet_id bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    sheet record;
BEGIN
    SELECT locked_at, frozen_at INTO sheet
    FROM casebook_forminstance WHERE id = sheet_id;
    RAISE EXCEPTION 'This form is % since %.',
        CASE WHEN sheet.locked_at IS NULL THEN 'frozen' ELSE 'locked' END,
        coalesce(sheet.locked_at, sheet.frozen_at)
    USING ERRCODE = 'AU002';
END
$$;

-- A deed that changes no row: a sign-in, an export, a view of an arm.
CREATE FUNCTION audit_act(
    deed text, participant bigint, sheet_id bigint, details jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    context jsonb := audit_context();
BEGIN
    INSERT INTO audit_entry (
        at, demo_at, transaction_id, operation, table_name, row_id, act,
        participant_id, form_id, revision, confidentiality, old_values, new_values, reasons,
        actor_id, actor, role, via, request_id, address
    ) VALUES (
        clock_timestamp(), (context ->> 'demo_at')::timestamptz,
        pg_current_xact_id()::text::bigint, 'ACT', '', NULL, deed,
        participant, sheet_id, NULL,
        coalesce(
            (SELECT confidentiality FROM casebook_forminstance WHERE id = sheet_id),
            details ->> 'confidentiality', 'open'
        ),
        '{}', details - 'confidentiality',
        CASE WHEN context ? 'reason'
            THEN jsonb_build_object('', context -> 'reason') ELSE '{}' END,
        (context ->> 'actor_id')::bigint, context ->> 'actor', context ->> 'role',
        context ->> 'via', context ->> 'request_id', (context ->> 'address')::inet
    );
END
$$;
