"""What follows from the screening log."""

from enrollment.consent.facts.decisions import latest_decision
from enrollment.screening.services import (
    SCREENING,
)
from record.accounts.models import User
from record.audit.attribution import Actor, Source
from record.capture.events import RowStruck
from record.capture.problems import SaveRefused
from record.capture.save_hooks import Saved
from record.capture.services.check_queries import recheck
from record.capture.services.forms import save
from record.casebook.checks import Finding
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from trial_edc.vocabulary import N_, Severity


def require_unused_screening(event: RowStruck, by: Actor, via: Source) -> None:
    del by, via
    form = event.form
    if form.code != "SCN" or not form.struck_at:
        return
    forms = FormInstance.objects.filter(participant=form.participant, struck_at=None)
    has_decided = forms.filter(code="CNS", revision__gt=0).exists()
    is_rescreened = forms.filter(code="SCN", occurrence__gt=form.occurrence).exists()
    is_randomized = forms.filter(code="RAN").exists()
    if (form.occurrence == 1 and has_decided) or is_rescreened or is_randomized:
        message = N_("More has followed this screening: close it instead.")
        raise SaveRefused([Finding("SCN-09", "", Severity.HARD, message)])


def recheck_demographics(saved: Saved) -> None:
    """Ask about demographics that differ from a corrected registration, or no more."""
    completed = FormInstance.objects.filter(
        participant=saved.participant, code="DEM", first_completed_at__isnull=False
    )
    for form in completed:
        form.participant = saved.participant
        recheck(form, saved.casebook, by=saved.by)


def freeze_failed_criteria(saved: Saved) -> None:
    closed = saved.data.get("screening_closed_at")
    if closed is None or saved.data.get("failed_criteria"):
        return
    criteria = failed_criteria(saved.casebook)
    if criteria:
        values = {"failed_criteria": criteria}
        save(saved.form, values, by=SCREENING, via=Source.TASK)


def protect_failed_criteria(saved: Saved) -> None:
    by_hand = isinstance(saved.by, User)
    if by_hand and saved.data.get("failed_criteria"):
        message = N_("The system writes this when screening is closed.")
        raise SaveRefused(
            [Finding("SCN-08", "failed_criteria", Severity.HARD, message)]
        )


def failed_criteria(casebook: Casebook) -> str:
    """`code:state` of each criterion that is against or unknown.

    Before consent nothing was assessed, so nothing failed.
    """
    if latest_decision(casebook) is None:
        return ""
    return "; ".join(casebook.fact("eligibility").reasons)
