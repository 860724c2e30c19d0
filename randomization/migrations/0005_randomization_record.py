import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):
    """The form is spelled as the registry record spells it; its table stays.

    Its triggers are named after the class, so they are made anew.
    """

    dependencies = [
        ('randomization', '0004_end_of_trial'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='randomisationrecord',
            name='record',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='randomisationrecord',
            name='refuse_removal',
        ),
        migrations.AlterModelTable('randomisationrecord', 'randomization_randomisationrecord'),
        migrations.RenameModel('RandomisationRecord', 'RandomizationRecord'),
        pgtrigger.migrations.AddTrigger(
            model_name='randomizationrecord',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'crf', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}'\n            );\n            RETURN NULL;\n        ", hash='f719a0a2ca7c2daa7fe58424c87b854a9d187ddd', operation='INSERT OR UPDATE', pgid='pgtrigger_record_1c5b3', table='randomization_randomisationrecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='randomizationrecord',
            trigger=pgtrigger.compiler.Trigger(name='refuse_removal', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ", hash='b8d4e758e4af0c60cca21fc390fd8ce3b7b72170', level='STATEMENT', operation='DELETE OR TRUNCATE', pgid='pgtrigger_refuse_removal_776ee', table='randomization_randomisationrecord', when='BEFORE')),
        ),
    ]
