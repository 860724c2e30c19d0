import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_morning_mail'),
        ("audit", "0005_digests_and_seals"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='recoverycode',
            name='record',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='secondfactor',
            name='record',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='user',
            name='record',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='recoverycode',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'register', TG_TABLE_NAME, TG_OP, OLD, NEW, '{}', '{code_hash}'\n            );\n            RETURN NULL;\n        ", hash='4dbdc8b05f644b88ad4c6ce011b347e54a4e1b12', operation='INSERT OR UPDATE', pgid='pgtrigger_record_f643a', table='accounts_recoverycode', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='secondfactor',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'register', TG_TABLE_NAME, TG_OP, OLD, NEW, '{last_step}', '{sealed}'\n            );\n            RETURN NULL;\n        ", hash='ac2fb4bcc14403561dcb124073ca408da9948241', operation='INSERT OR UPDATE', pgid='pgtrigger_record_28828', table='accounts_secondfactor', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='user',
            trigger=pgtrigger.compiler.Trigger(name='record', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            PERFORM audit_record(\n                'register', TG_TABLE_NAME, TG_OP, OLD, NEW, '{last_login}', '{password,former_passwords}'\n            );\n            RETURN NULL;\n        ", hash='ccd99b67e10b74f40a0c48987e223e282ce6efee', operation='INSERT OR UPDATE', pgid='pgtrigger_record_ad735', table='accounts_user', when='AFTER')),
        ),
    ]
