import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# The table came from another app, and its trigger has the name that it got there.
DROP_OLDER = """
    DROP TRIGGER IF EXISTS pgtrigger_record_ec8a1 ON entry_importsource;
    DROP FUNCTION IF EXISTS pgtrigger_record_ec8a1();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('imports', '0002_imported_row_lines'),
        ("audit", "0005_digests_and_seals"),
    ]

    operations = [
        migrations.RunSQL(DROP_OLDER, migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name='importsource',
            name='record',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='importsource',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'row', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}', '{credential_hash}'\n            );\n            RETURN NULL;\n        ", hash='17c7227b1293c8b0d939effdb162eac1b914f977', operation='INSERT OR UPDATE', pgid='pgtrigger_record_64e3e', table='entry_importsource', when='AFTER')),
        ),
    ]
