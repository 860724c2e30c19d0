"""Entries hold the digest of a CRF's row; secrets leave entries; the database seals."""

from pathlib import Path

from django.db import migrations, models

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    """Entries made before have no digest, and the text that is sealed stays as it was."""

    dependencies = (("audit", "0004_detection_limits"),)
    operations = (
        migrations.AddField(
            model_name="entry",
            name="digest",
            field=models.CharField(db_default="", max_length=64),
        ),
        migrations.RunSQL(
            (SQL / "record_2.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
        migrations.RunSQL(
            (SQL / "seal_1.sql").read_text(encoding="utf-8"), migrations.RunSQL.noop
        ),
    )
