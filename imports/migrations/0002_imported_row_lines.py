"""The rows of a file are its lines; only the state changes, no table."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_imports_arrive"),
    ]

    operations = [
        migrations.AlterField(
            model_name="importedrow",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="imports.importedfile",
            ),
        ),
    ]
