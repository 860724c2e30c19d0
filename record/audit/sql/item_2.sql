-- The value of an item as the audit trail tells it: a scalar or a list; a laboratory
-- value with its unit, and with < or > where it is a limit of detection; or the missing
-- code that stands for the value.
CREATE OR REPLACE FUNCTION audit_item(stored jsonb, item text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN stored -> 'missing' ? item
            THEN jsonb_build_object('missing', stored -> 'missing' -> item)
        WHEN stored ? (item || '__unit') AND stored -> item <> 'null'
            THEN jsonb_build_object(
                'value', stored -> item,
                'unit', stored -> (item || '__unit'),
                'standard', stored -> (item || '__standard')
            ) || jsonb_strip_nulls(jsonb_build_object(
                'comparator', stored -> (item || '__comparator')
            ))
        ELSE coalesce(stored -> item, 'null')
    END
$$;
