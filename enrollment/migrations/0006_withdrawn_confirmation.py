from django.db import migrations, models


class Migration(migrations.Migration):
    """A confirmation is withdrawn when a form that decides returns to draft."""

    dependencies = [("enrollment", "0005_frozen_text")]

    operations = [
        migrations.AddField(
            "eligibilityconfirmation",
            "withdrawn_at",
            models.DateTimeField(null=True),
        )
    ]
