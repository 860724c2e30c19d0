"""Whoever joins many forms for their code alone need not read them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casebook', '0005_verification_of_forms'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(fields=['id'], include=('code', 'participant'), name='sheet_code'),
        ),
    ]
