"""Whoever joins or counts many forms for where they stand need not read them."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('casebook', '0006_code_beside_key'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='forminstance',
            name='sheet_code',
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(fields=['id'], include=('code', 'participant', 'status', 'struck_at'), name='sheet_code'),
        ),
        migrations.RemoveIndex(
            model_name='forminstance',
            name='sheet_code_status',
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(fields=['code', 'status'], include=('id', 'participant', 'struck_at'), name='sheet_code_status'),
        ),
        migrations.AddIndex(
            model_name='forminstance',
            index=models.Index(condition=models.Q(('confidentiality', 'open'), ('struck_at', None)), fields=['status'], name='sheet_status'),
        ),
    ]
