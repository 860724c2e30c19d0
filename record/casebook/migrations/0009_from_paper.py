"""Say of a form that it was transcribed from paper."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casebook', '0008_empty_forms_by_index'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='record_change',
        ),
        migrations.AddField(
            model_name='forminstance',
            name='from_paper',
            field=models.BooleanField(default=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='record_change', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."client_key" IS DISTINCT FROM (NEW."client_key") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."confidentiality" IS DISTINCT FROM (NEW."confidentiality") OR OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."due_on" IS DISTINCT FROM (NEW."due_on") OR OLD."first_completed_at" IS DISTINCT FROM (NEW."first_completed_at") OR OLD."form_version" IS DISTINCT FROM (NEW."form_version") OR OLD."from_paper" IS DISTINCT FROM (NEW."from_paper") OR OLD."frozen_at" IS DISTINCT FROM (NEW."frozen_at") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."locked_at" IS DISTINCT FROM (NEW."locked_at") OR OLD."locked_by_id" IS DISTINCT FROM (NEW."locked_by_id") OR OLD."occurrence" IS DISTINCT FROM (NEW."occurrence") OR OLD."participant_id" IS DISTINCT FROM (NEW."participant_id") OR OLD."saved_at" IS DISTINCT FROM (NEW."saved_at") OR OLD."saved_by_id" IS DISTINCT FROM (NEW."saved_by_id") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."struck_at" IS DISTINCT FROM (NEW."struck_at") OR OLD."visit" IS DISTINCT FROM (NEW."visit") OR OLD."visit_number" IS DISTINCT FROM (NEW."visit_number"))', func="\n            PERFORM audit_record(\n                'sheet', TG_TABLE_NAME, TG_OP, OLD, NEW, '{saved_at,saved_by_id,verified_items,verification}'\n            );\n            RETURN NULL;\n        ", hash='001660c5f7714d11892c81329c431aa6a574ac6e', operation='UPDATE', pgid='pgtrigger_record_change_482a6', table='casebook_forminstance', when='AFTER')),
        ),
    ]
