from django.db import migrations, models


class Migration(migrations.Migration):
    """The constraint reads as in every register of two persons; it means the same."""

    dependencies = [("enrollment", "0003_consent_document")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    "consentdocument", "consent_version_by_two_persons"
                ),
                migrations.AddConstraint(
                    "consentdocument",
                    models.CheckConstraint(
                        condition=models.Q(
                            ("approved_by", models.F("entered_by")), _negated=True
                        ),
                        name="consent_version_by_two_persons",
                    ),
                ),
            ]
        )
    ]
