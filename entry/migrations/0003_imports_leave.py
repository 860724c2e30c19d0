"""Laboratory files become a face of their own (`imports`); their tables stay."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('entry', '0002_imports'),
    ]

    operations = [migrations.SeparateDatabaseAndState(state_operations=[
        migrations.DeleteModel(name='ImportedRow'),
        migrations.DeleteModel(name='ImportedFile'),
        migrations.DeleteModel(name='ImportSource'),
    ])]
