"""Exports of casebooks as PDF."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('exports', '0002_lock_of_the_data'),
    ]

    operations = [
        migrations.AlterField(
            model_name='export',
            name='kind',
            field=models.CharField(choices=[('datasets', 'CSV of the forms, with data dictionary'), ('casebooks', 'Casebooks as PDF')], max_length=10),
        ),
    ]
