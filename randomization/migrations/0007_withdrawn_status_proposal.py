from django.db import migrations, models


class Migration(migrations.Migration):
    """A proposal to reopen the study is withdrawn when the study is paused."""

    dependencies = [("randomization", "0006_secrets_leave_entries")]

    operations = [
        migrations.AddField(
            "studystatuschange", "withdrawn_at", models.DateTimeField(null=True)
        ),
        migrations.RemoveConstraint("studystatuschange", "one_status_proposal"),
        migrations.AddConstraint(
            "studystatuschange",
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(in_force_at=None, withdrawn_at=None),
                name="one_status_proposal",
            ),
        ),
    ]
