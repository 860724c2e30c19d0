"""An entry of a restricted form leads to no participant."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "record_3.sql"


class Migration(migrations.Migration):
    """Replace two functions; entries made before stay as they are under their seals."""

    dependencies = (("audit", "0007_fixed_search_paths"),)
    operations = (
        migrations.RunSQL(SQL.read_text(encoding="utf-8"), migrations.RunSQL.noop),
    )
