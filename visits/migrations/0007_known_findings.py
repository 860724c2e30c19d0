import re
from typing import Any

from django.db import migrations

from record.audit.attribution import Attribution, Process, Source

# How the text of an older deviation names its form: rule, form, visit, occurrence.
OCCASION = re.compile(
    r"(?P<rule>.+?)"
    r"( (?P<code>[A-Z0-9]{3})( (?P<visit>[A-Z0-9]+)(\.(?P<number>\d+))?)? #(?P<row>\d+))?"
)


def find(apps: Any, schema_editor: Any) -> None:
    """Note of each deviation that a rule found its rule and form, apart from the text.

    The deviations stay as they are stored. A locked record is left as it is.
    """
    database = schema_editor.connection
    locks = apps.get_model("audit", "DatabaseLock").objects.using(database.alias)
    deviations = apps.get_model("visits", "ProtocolDeviation").objects
    by_rule = deviations.using(database.alias).exclude(rule=None).exclude(rule="")
    if locks.filter(unlocked_at=None).exists() or not by_rule.exists():
        return
    _attribute(database)
    findings = apps.get_model("visits", "DeviationFinding").objects
    for deviation in by_rule.select_related("form").order_by("form_id"):
        match = OCCASION.fullmatch(deviation.rule)
        sentence = {"message": deviation.description or "", "details": {}, "words": []}
        findings.using(database.alias).create(
            deviation_id=deviation.form_id,
            rule=match["rule"] if match else deviation.rule,
            about=_form(apps, database, deviation.form, match) if match else None,
            sentences=[sentence],
        )


def _form(apps: Any, database: Any, deviation: Any, match: re.Match[str]) -> Any:
    if match["code"] is None:
        return None
    forms = apps.get_model("casebook", "FormInstance").objects.using(database.alias)
    return forms.filter(
        participant_id=deviation.participant_id,
        code=match["code"],
        visit=match["visit"] or "",
        visit_number=match["number"] or 0,
        occurrence=match["row"],
    ).first()


def _attribute(database: Any) -> None:
    context = Attribution(Process("upgrade"), Source.COMMAND).as_json()
    with database.cursor() as cursor:
        cursor.execute("SET LOCAL audit.context = %s", [context])


class Migration(migrations.Migration):
    """A deviation is recognized by rule and form, no longer by a text."""

    dependencies = [
        ("visits", "0006_deviation_findings"),
        ("audit", "0003_performed_act"),
    ]

    operations = [migrations.RunPython(find, migrations.RunPython.noop)]
