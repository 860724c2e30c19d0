"""Functions that triggers and proofs call mean the schema `public`, whoever asks."""

from django.db import migrations

FIX = """
    ALTER FUNCTION audit_item(jsonb, text) SET search_path = public, pg_temp;
    ALTER FUNCTION audit_digest(jsonb) SET search_path = public, pg_temp;
    ALTER FUNCTION audit_is_closed_to(jsonb, jsonb) SET search_path = public, pg_temp;
"""


class Migration(migrations.Migration):
    """Change no body; an aggregate (audit_told_last) names its function with schema."""

    dependencies = (("audit", "0006_try_counts"),)
    operations = (migrations.RunSQL(FIX, migrations.RunSQL.noop),)
