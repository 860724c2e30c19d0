"""What a death leaves, and what stays when it is revoked."""

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import binder_of
from safety.events.facts import events, is_fatal


def ends_without_death(binder: Casebook) -> bool:
    """Tell whether the study ends without it: by withdrawal, or after month 3."""
    told = any(row.status == FormStatus.COMPLETE for row in binder.rows("OM3"))
    return told or bool(binder.fact("withdrawn_from_everything_on"))


def left_standing(participant: Participant) -> list[FormInstance]:
    """Return what still speaks of a revoked death, since somebody worked on it."""
    binder = binder_of(participant, "AE", "SAE", "EOS")
    fatal = [event.form_id for event in events(binder) if is_fatal(event)]
    reports = [row.form_id for row in binder.rows("SAE") if row.get("ae") in fatal]
    ends = [row.form_id for row in binder.rows("EOS") if row.get("reason") == "died"]
    held = FormInstance.objects.filter(pk__in=[*fatal, *reports, *ends])
    return list(held.order_by("code", "occurrence"))
