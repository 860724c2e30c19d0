"""The screening log reads of people which screening is the present one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Standings are copies: they are made anew at the end of `migrate`."""

    dependencies = [
        ('casebook', '0005_verification_of_forms'),
        ('enrollment', '0011_participant_standing'),
    ]

    operations = [
        migrations.RunSQL('DELETE FROM enrollment_participantstanding', migrations.RunSQL.noop),
        migrations.AddField(
            model_name='participantstanding',
            name='consented_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='participantstanding',
            name='screening',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='standing', to='casebook.forminstance'),
        ),
        migrations.AddField(
            model_name='participantstanding',
            name='is_randomized',
            field=models.BooleanField(default=False),
            preserve_default=False,
        ),
    ]
