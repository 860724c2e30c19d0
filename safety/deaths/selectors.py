"""What a death leaves, and what stays when it is revoked."""

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebook_of
from safety.events.facts import events, is_fatal


def ends_without_death(casebook: Casebook) -> bool:
    """Tell whether the study ends without it: by withdrawal, or after month 3."""
    told = any(row.status == FormStatus.COMPLETE for row in casebook.rows("OM3"))
    return told or bool(casebook.fact("withdrawn_from_everything_on"))


def left_standing(participant: Participant) -> list[FormInstance]:
    """Return what still speaks of a revoked death, since somebody worked on it."""
    casebook = casebook_of(participant, "AE", "SAE", "EOS")
    fatal = [event.form_id for event in events(casebook) if is_fatal(event)]
    reports = [row.form_id for row in casebook.rows("SAE") if row.get("ae") in fatal]
    ends = [row.form_id for row in casebook.rows("EOS") if row.get("reason") == "died"]
    held = FormInstance.objects.filter(pk__in=[*fatal, *reports, *ends])
    return list(held.order_by("code", "occurrence"))
