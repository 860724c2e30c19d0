"""A signature of a restricted form has the pseudonym of the form."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import record.casebook.participant_key


class Migration(migrations.Migration):
    """Rows from before keep theirs, which their entries name under the seals."""

    dependencies = [
        ('casebook', '0004_participant_of_restricted_form'),
        ('review', '0003_rows_stay_as_written'),
    ]

    operations = [
        migrations.AlterField(
            model_name='signature',
            name='participant',
            field=record.casebook.participant_key.ParticipantKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='casebook.participant'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='signature',
            trigger=pgtrigger.compiler.Trigger(name='of_its_form', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF NEW.form_id IS NOT NULL THEN\n            SELECT f.participant_id INTO NEW.participant_id\n            FROM public.casebook_forminstance f WHERE f.id = NEW.form_id;\n        ELSIF NOT EXISTS (\n            SELECT FROM public.casebook_participant WHERE id = NEW.participant_id\n        ) THEN\n            RAISE EXCEPTION 'This signature is of nobody.' USING ERRCODE = 'AU003';\n        END IF;\n        RETURN NEW;\n    ", hash='ee7dde4edcdda6b9b0a05d0ad5ee581de4ca5e54', operation='INSERT OR UPDATE', pgid='pgtrigger_of_its_form_b2e5a', table='review_signature', when='BEFORE')),
        ),
    ]
