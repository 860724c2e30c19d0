from django.db import migrations, models


class Migration(migrations.Migration):
    """The field of the frozen screening text has a plain name; its column stays."""

    dependencies = [("enrollment", "0004_two_persons_said_alike")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("frozenscreening", "told", "text"),
                migrations.AlterField(
                    "frozenscreening", "text", models.TextField(db_column="told")
                ),
            ]
        )
    ]
