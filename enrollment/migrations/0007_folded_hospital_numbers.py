import json
from typing import Any

from django.db import migrations

from record.audit.attribution import Attribution, Process, Source
from record.audit.vault import Purpose, keyed_hash, unseal
from trial_edc.typed_text import identifier


def fold(apps: Any, schema_editor: Any) -> None:
    """Hash each hospital number anew, as it is read now.

    Where two participants turn out to have one number, the later keeps its old key and
    both are named: people decide who is who. A locked record is left as it is.
    """
    database = schema_editor.connection
    locks = apps.get_model("audit", "DatabaseLock").objects.using(database.alias)
    if locks.filter(unlocked_at=None).exists():
        return
    keys = apps.get_model("enrollment", "PersonKey").objects.using(database.alias)
    for key in keys.select_related("participant").order_by("participant_id"):
        digest = _digest(apps, database, key.participant_id)
        owner = keys.filter(digest=digest).exclude(pk=key.pk).first()
        if owner:
            numbers = owner.participant.number, key.participant.number
            print("One hospital number: %s and %s." % numbers)  # noqa: T201, UP031
        elif digest not in ("", key.digest):
            _attribute(database)
            key.digest = digest
            key.save(update_fields=("digest",))


def _digest(apps: Any, database: Any, participant_id: int) -> str:
    contacts = apps.get_model("enrollment", "ContactDetails").objects
    sealed = contacts.using(database.alias).get(form__participant_id=participant_id)
    content = json.loads(unseal(Purpose.IDENTITY, sealed.sealed))
    number = content["values"].get("hospital_no") or ""
    folded = identifier(number).replace("-", "")
    return keyed_hash(Purpose.IDENTITY, folded) if folded else ""


def _attribute(database: Any) -> None:
    context = Attribution(Process("upgrade"), Source.COMMAND).as_json()
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL audit.context = %s", [context])


class Migration(migrations.Migration):
    """One key for every way of writing a hospital number."""

    dependencies = [
        ("enrollment", "0006_withdrawn_confirmation"),
        ("casebook", "0002_order_of_forms"),
        ("audit", "0002_functions"),
    ]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
