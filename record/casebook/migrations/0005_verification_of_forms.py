"""How far a form is verified stands beside it, as lists and counts ask for it."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The revisions at which items were last verified, against those of today.
STATE = """
    CREATE FUNCTION casebook_verification(verified jsonb, revisions jsonb)
    RETURNS varchar LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = public, pg_temp AS $$
        SELECT CASE
            WHEN revisions = '{}' THEN ''
            WHEN NOT (verified || revisions) @> verified THEN 'changed'
            WHEN verified @> revisions THEN 'verified'
            WHEN verified = '{}' THEN 'none'
            ELSE 'partly'
        END
    $$
"""


class Migration(migrations.Migration):
    """Forms from before are filled by the room of verifications."""

    dependencies = [
        ('casebook', '0004_participant_of_restricted_form'),
    ]

    operations = [
        migrations.RunSQL(STATE, 'DROP FUNCTION casebook_verification'),
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='record',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='record_change',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='keep_revision',
        ),
        migrations.AddField(
            model_name='forminstance',
            name='verified_items',
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name='forminstance',
            name='verification',
            field=models.GeneratedField(db_persist=True, expression=models.Func('verified_items', 'item_revisions', function='casebook_verification'), output_field=models.CharField(max_length=8)),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(condition=models.Q(('status', 'draft'), ('struck_at', None)), fields=['participant'], name='sheet_drafts'),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(condition=models.Q(('status', 'complete'), ('struck_at', None)), fields=['verification', 'code'], name='sheet_verification'),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(condition=models.Q(('status', 'complete'), ('struck_at', None), ('verification__in', ('none', 'partly', 'changed'))), fields=['participant', 'visit_number', 'id'], name='sheet_to_verify'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'sheet', TG_TABLE_NAME, TG_OP, OLD, NEW, '{saved_at,saved_by_id,verified_items,verification}'\n            );\n            RETURN NULL;\n        ", hash='e2bb7b43f7359a6674fbb67f7f6ad2cae9346ddc', operation='INSERT', pgid='pgtrigger_record_b35a0', table='casebook_forminstance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='record_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_key" IS DISTINCT FROM (NEW."client_key") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."confidentiality" IS DISTINCT FROM (NEW."confidentiality") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."first_completed_at" IS DISTINCT FROM (NEW."first_completed_at") OR OLD."form_version" IS DISTINCT FROM (NEW."form_version") OR OLD."frozen_at" IS DISTINCT FROM (NEW."frozen_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."locked_at" IS DISTINCT FROM (NEW."locked_at") OR OLD."locked_by_id" IS DISTINCT FROM (NEW."locked_by_id") OR OLD."occurrence" IS DISTINCT FROM (NEW."occurrence") OR OLD."participant_id" IS DISTINCT FROM (NEW."participant_id") OR OLD."saved_at" IS DISTINCT FROM (NEW."saved_at") OR OLD."saved_by_id" IS DISTINCT FROM (NEW."saved_by_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."struck_at" IS DISTINCT FROM (NEW."struck_at") OR OLD."visit" IS DISTINCT FROM (NEW."visit") OR OLD."visit_number" IS DISTINCT FROM (NEW."visit_number"))', func="\n            PERFORM audit_record(\n                'sheet', TG_TABLE_NAME, TG_OP, OLD, NEW, '{saved_at,saved_by_id,verified_items,verification}'\n            );\n            RETURN NULL;\n        ", hash='3e1825615bc9c52da1ba734e8e0566a317bd7ea2', operation='UPDATE', pgid='pgtrigger_record_change_482a6', table='casebook_forminstance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='keep_revision', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.confidentiality = 'restricted' THEN\n                        NEW.participant_id := OLD.participant_id;\n                    END IF;\n                    IF pg_trigger_depth() < 2 OR current_user::regrole <> (\n                        SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID\n                    ) THEN\n                        NEW.revision := OLD.revision;\n                        NEW.item_revisions := OLD.item_revisions;\n                        NEW.digest := OLD.digest;\n                        NEW.verified_items := OLD.verified_items;\n                    END IF;\n                    RETURN NEW;\n                ", hash='ed5f615bef8194e784a8c409d8c1c8e62dbafbbb', operation='UPDATE', pgid='pgtrigger_keep_revision_a013a', table='casebook_forminstance', when='BEFORE')),
        ),
    ]
