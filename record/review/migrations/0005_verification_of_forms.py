"""Each form has beside it what was verified, and when it changed."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# Of each item the last verification counts. It runs as the owner, since nobody else
# moves the column (`keep_revision`).
KEEP = """
    CREATE FUNCTION review_keep_verified_items(form bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        WITH latest AS (
            SELECT coalesce(jsonb_object_agg(item.key, item.value ORDER BY v.id), '{}')
                AS items
            FROM review_verification v
            CROSS JOIN LATERAL jsonb_each(v.plain_items) item
            WHERE v.form_id = form AND v.withdrawn_at IS NULL
        )
        UPDATE casebook_forminstance f SET verified_items = latest.items
        FROM latest WHERE f.id = form AND f.verified_items <> latest.items
    $$
"""
FILL = """
    ALTER TABLE casebook_forminstance DISABLE TRIGGER USER;
    SELECT review_keep_verified_items(form_id)
    FROM (SELECT DISTINCT form_id FROM review_verification) verified;
    ALTER TABLE casebook_forminstance ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    """Verifications from before count too."""

    dependencies = [
        ('casebook', '0005_verification_of_forms'),
        ('review', '0004_participant_of_restricted_signature'),
    ]

    operations = [
        migrations.RunSQL(KEEP, 'DROP FUNCTION review_keep_verified_items'),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='verification',
            trigger=pgtrigger.compiler.Trigger(name='keep_verified_items', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        PERFORM review_keep_verified_items(NEW.form_id);\n        RETURN NULL;\n    ', hash='1bb3730eb1dea5d9722058c36329ffdc8f4c8a94', operation='INSERT OR UPDATE', pgid='pgtrigger_keep_verified_items_22a3d', table='review_verification', when='AFTER')),
        ),
    ]
