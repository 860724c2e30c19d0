import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('visits', '0007_known_findings'),
        ("audit", "0005_digests_and_seals"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='calendarfeed',
            name='record',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='calendarfeed',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'register', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}', '{token_hash}'\n            );\n            RETURN NULL;\n        ", hash='e81d46fc964423f4b4e724c6173c8d59689dfeaf', operation='INSERT OR UPDATE', pgid='pgtrigger_record_b4c74', table='visits_calendarfeed', when='AFTER')),
        ),
    ]
