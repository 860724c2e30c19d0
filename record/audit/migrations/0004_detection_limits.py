"""The audit trail tells a limit of detection with its comparator."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "item_2.sql"


class Migration(migrations.Migration):
    """Replace one function; entries without a comparator look as before."""

    dependencies = (("audit", "0003_performed_act"),)
    operations = (
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    )
