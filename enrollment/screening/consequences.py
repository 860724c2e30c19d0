"""What follows from the screening log."""

from enrollment.screening.services import (
    SCREENING,
)
from record.accounts.models import User
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services.forms import save
from record.casebook.checks import Finding
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from trial_edc.vocabulary import N_, Severity


def require_nothing_begun(event: RowStruck, by: Actor, via: Source) -> None:
    """Refuse to strike out a screening in which the person has decided already."""
    del by, via
    form = event.form
    if form.code != "SCN" or not form.struck_at:
        return
    held = FormInstance.objects.filter(participant=form.participant, struck_at=None)
    decided = held.filter(code="CNS", revision__gt=0).exists()
    later = held.filter(code="SCN", occurrence__gt=form.occurrence).exists()
    is_randomised = held.filter(code="RAN").exists()
    if (form.occurrence == 1 and decided) or later or is_randomised:
        message = N_("More has followed this screening: close it instead.")
        raise SaveRefused([Finding("SCN-09", "", Severity.HARD, message)])


def freeze_failed_criteria(saved: Saved) -> None:
    """Keep, as the screening closes, which criteria failed or were unknown."""
    closed = saved.data.get("screening_closed_at")
    if closed is None or saved.data.get("failed_criteria"):
        return
    told = failed_criteria(saved.casebook)
    if told:
        values = {"failed_criteria": told}
        save(saved.form, values, by=SCREENING, via=Source.TASK)


def keep_failed_criteria(saved: Saved) -> None:
    """Let nobody write what the system freezes; it goes only with the closing."""
    by_hand = isinstance(saved.by, User)
    if by_hand and saved.data.get("failed_criteria"):
        message = N_("The system writes this when screening is closed.")
        raise SaveRefused(
            [Finding("SCN-08", "failed_criteria", Severity.HARD, message)]
        )


def failed_criteria(casebook: Casebook) -> str:
    """Return `code:state` of each criterion that is against or unknown.

    Before consent nothing was assessed, so nothing failed.
    """
    if not casebook.rows("CNS"):
        return ""
    return "; ".join(casebook.fact("eligibility").reasons)
