import json
from typing import Any

from django.db import migrations

from enrollment.identity.rules import person_key, similar_spellings
from record.audit.attribution import Attribution, Process, Source
from record.audit.vault import Purpose, keyed_hash, unseal


def fill(apps: Any, schema_editor: Any) -> None:
    """Hash what each hospital number shares with other spellings.

    A locked record is left as it is: nobody is randomized into it.
    """
    database = schema_editor.connection
    locks = apps.get_model("audit", "DatabaseLock").objects.using(database.alias)
    if locks.filter(unlocked_at=None).exists():
        return
    keys = apps.get_model("enrollment", "PersonKey").objects.using(database.alias)
    for key in keys.filter(replaced_at=None, similar=[]).order_by("participant_id"):
        if similar := _similar(apps, database, key.participant_id):
            _attribute(database)
            key.similar = similar
            key.save(update_fields=("similar",))


def _similar(apps: Any, database: Any, participant_id: int) -> list[str]:
    contacts = apps.get_model("enrollment", "ContactDetails").objects
    sealed = contacts.using(database.alias).get(form__participant_id=participant_id)
    content = json.loads(unseal(Purpose.IDENTITY, sealed.sealed))
    key = person_key(content["values"].get("hospital_no") or "")
    spellings = similar_spellings(key)
    return sorted(keyed_hash(Purpose.IDENTITY, f"similar {one}") for one in spellings)


def _attribute(database: Any) -> None:
    context = Attribution(Process("upgrade"), Source.COMMAND).as_json()
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL audit.context = %s", [context])


class Migration(migrations.Migration):
    """What was stored before is found under every spelling, too."""

    dependencies = [
        ("enrollment", "0008_person_keys"),
        ("audit", "0005_digests_and_seals"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
