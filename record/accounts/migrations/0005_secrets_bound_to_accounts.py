from typing import Any

from django.db import migrations

from record.audit.attribution import Attribution, Process, Source
from record.audit.vault import Purpose, seal, unseal


def bind(apps: Any, schema_editor: Any) -> None:
    """Seal each secret anew, so that it opens for its own account alone."""
    database = schema_editor.connection
    factors = apps.get_model("accounts", "SecondFactor").objects.using(database.alias)
    context = Attribution(Process("upgrade"), Source.COMMAND).as_json()
    for factor in factors.order_by("pk"):
        with database.cursor() as cursor:
            cursor.execute("SET LOCAL audit.context = %s", [context])
        secret = unseal(Purpose.SECOND_FACTOR, factor.sealed)
        owner = str(factor.user_id)
        factor.sealed = seal(Purpose.SECOND_FACTOR, secret, bound_to=owner)
        factor.save(update_fields=("sealed",))


class Migration(migrations.Migration):
    """The secret of an authenticator app is bound to its account."""

    dependencies = [("accounts", "0004_secrets_leave_entries")]

    operations = [migrations.RunPython(bind, migrations.RunPython.noop)]
