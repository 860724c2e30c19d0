import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The field is called as in every register of two persons; the column stays."""

    dependencies = [
        ("safety", "0003_late_cases_and_dictionary_codes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("termcode", "code_by_two_persons"),
                migrations.RenameField("termcode", "coded_by", "entered_by"),
                migrations.AlterField(
                    "termcode",
                    "entered_by",
                    models.ForeignKey(
                        db_column="coded_by_id",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                migrations.AddConstraint(
                    "termcode",
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", models.F("entered_by")), _negated=True
                        ),
                        name="code_by_two_persons",
                    ),
                ),
            ]
        )
    ]
