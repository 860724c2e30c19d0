import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('casebook', '0002_order_of_forms'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='forminstance',
            name='keep_revision',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='forminstance',
            trigger=pgtrigger.compiler.Trigger(name='keep_revision', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n                    IF pg_trigger_depth() < 2 OR current_user::regrole <> (\n                        SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID\n                    ) THEN\n                        NEW.revision := OLD.revision;\n                        NEW.item_revisions := OLD.item_revisions;\n                        NEW.digest := OLD.digest;\n                    END IF;\n                    RETURN NEW;\n                ', hash='b51eb83e26eb4b76e13b9733f000d1c591c0aa91', operation='UPDATE', pgid='pgtrigger_keep_revision_a013a', table='casebook_forminstance', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='participant',
            trigger=pgtrigger.compiler.Trigger(name='keep_number', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."number" IS DISTINCT FROM (NEW."number"))', func="\n        RAISE EXCEPTION 'A participant keeps the number for ever.'\n        USING ERRCODE = 'AU003';\n    ", hash='63e17169f810ee7661f4d5cd075008b53504e372', operation='UPDATE', pgid='pgtrigger_keep_number_f73a6', table='casebook_participant', when='BEFORE')),
        ),
    ]
