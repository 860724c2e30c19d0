import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_functions"),
    ]

    operations = [
        migrations.CreateModel(
            name="PerformedAct",
            fields=[
                ("key", models.UUIDField(primary_key=True, serialize=False)),
            ],
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="performedact",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_removal",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        RAISE EXCEPTION 'Rows of % are never removed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ",
                    hash="32e882e9cd71029d3d2829973659dfb77eaa3466",
                    level="STATEMENT",
                    operation="DELETE OR TRUNCATE",
                    pgid="pgtrigger_refuse_removal_a4bc5",
                    table="audit_performedact",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="performedact",
            trigger=pgtrigger.compiler.Trigger(
                name="refuse_change",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="\n        RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME\n        USING ERRCODE = 'AU003';\n    ",
                    hash="7950efe2aad84cc35b7eb0d248c56dd320cc8d78",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_refuse_change_62e91",
                    table="audit_performedact",
                    when="BEFORE",
                ),
            ),
        ),
    ]
