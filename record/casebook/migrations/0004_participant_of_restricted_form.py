"""A restricted form has a pseudonym in place of its participant."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import record.casebook.participant_key


class Migration(migrations.Migration):
    """Rows from before keep theirs, which their entries name under the seals."""

    dependencies = [
        ('audit', '0008_pseudonyms_in_entries'),
        ('casebook', '0003_number_for_ever'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='keep_revision',
        ),
        migrations.AlterField(
            model_name='forminstance',
            name='participant',
            field=record.casebook.participant_key.ParticipantKey(on_delete=django.db.models.deletion.PROTECT, related_name='forms', to='casebook.participant'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='whose', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF NEW.confidentiality = 'restricted' THEN\n            IF TG_OP = 'INSERT' AND NEW.participant_id < 4503599627370496 THEN\n                RAISE EXCEPTION 'A restricted form names no participant.'\n                USING ERRCODE = 'AU003';\n            END IF;\n        ELSIF (TG_OP = 'INSERT' OR NEW.participant_id <> OLD.participant_id)\n        AND NOT EXISTS (\n            SELECT FROM public.casebook_participant WHERE id = NEW.participant_id\n        ) THEN\n            RAISE EXCEPTION 'This form is of nobody.' USING ERRCODE = 'AU003';\n        END IF;\n        RETURN NULL;\n    ", hash='e652f95b277fdf09991cf96cb1500aabec12eeba', operation='INSERT OR UPDATE', pgid='pgtrigger_whose_4ea12', table='casebook_forminstance', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='keep_revision', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF NEW.confidentiality = 'restricted' THEN\n                        NEW.participant_id := OLD.participant_id;\n                    END IF;\n                    IF pg_trigger_depth() < 2 OR current_user::regrole <> (\n                        SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID\n                    ) THEN\n                        NEW.revision := OLD.revision;\n                        NEW.item_revisions := OLD.item_revisions;\n                        NEW.digest := OLD.digest;\n                    END IF;\n                    RETURN NEW;\n                ", hash='a0a511d15537de0f16ea5637850cbfda63719d1e', operation='UPDATE', pgid='pgtrigger_keep_revision_a013a', table='casebook_forminstance', when='BEFORE')),
        ),
    ]
