import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('randomization', '0005_randomization_record'),
        ("audit", "0005_digests_and_seals"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='allocationlist',
            name='record',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='allocationlist',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}', '{content}'\n            );\n            RETURN NULL;\n        ", hash='f8572fa113982ffff1925f672db2505d94aafbfb', operation='INSERT OR UPDATE', pgid='pgtrigger_record_10a13', table='randomization_allocationlist', when='AFTER')),
        ),
    ]
