"""The functions behind the triggers of recorded tables, first version."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "record_1.sql"


class Migration(migrations.Migration):
    """Create the functions; the triggers call them by name."""

    dependencies = (("audit", "0001_initial"),)
    operations = (
        migrations.RunSQL(
            SQL.read_text(encoding="utf-8"),
            "DROP FUNCTION audit_act, audit_record, audit_refuse_sheet, "
            "audit_refuse_when_locked, audit_context, audit_is_closed_to, audit_digest, "
            "audit_item",
        ),
    )
