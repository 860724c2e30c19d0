"""Two functions are left of triggers that exist no more; nobody needs to call them."""

from django.db import migrations

DROP = """
    DROP FUNCTION IF EXISTS pgtrigger_refuse_removal_dd472();
    DROP FUNCTION IF EXISTS pgtrigger_record_868d6();
"""


class Migration(migrations.Migration):
    """Their triggers went with the tables and versions before."""

    dependencies = (("randomization", "0009_infusion_plan"),)
    operations = (migrations.RunSQL(DROP, migrations.RunSQL.noop),)
