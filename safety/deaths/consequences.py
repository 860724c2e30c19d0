"""What a death opens, and what its revocation takes back."""

from record.audit.attribution import Source
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import stored_form_data
from safety.deaths.selectors import ends_without_death
from safety.events.facts import (
    events,
    is_fatal,
)
from safety.reports.services import reports as services
from safety.vocabulary import (
    EventOutcome,
    Grade,
    Seriousness,
)
from trial_edc.vocabulary import YesNo

FATAL_EVENT = {
    "grade": Grade.DEATH.value,
    "serious": YesNo.YES.value,
    "seriousness": [Seriousness.DEATH.value],
    "ongoing": YesNo.NO.value,
    "outcome": EventOutcome.FATAL.value,
}


def expect_death_form(saved: Saved) -> None:
    """Ask for the death form of a fatal event; take it back if none is after all."""
    if is_fatal(saved.data) or is_fatal(saved.before):
        sync_death_form(saved.participant, saved.casebook, saved.via)


def sync_death_form(participant: Participant, casebook: Casebook, via: Source) -> None:
    calls = casebook.rows("CAL")
    is_told = any(call.get("result") == "death_reported" for call in calls)
    if any(is_fatal(event) for event in events(casebook)):
        services.propose(participant, "DTH", via=via)
    elif not is_told:
        services.retire_forms(participant, "DTH", via=via)


def report_death(saved: Saved) -> None:
    """Report a death, which is a serious event and ends the study."""
    if saved.data.get("death_on") is None:
        undo_death(saved.form, saved.casebook, saved.via)
    else:
        open_death_consequences(saved.participant, saved.casebook, saved.via)


def open_death_consequences(
    participant: Participant, casebook: Casebook, via: Source
) -> None:
    if casebook.value("DTH", "death_on") is None:
        return
    known = any(is_fatal(event) for event in events(casebook))
    if casebook.fact("is_consented") and not known:
        services.open_row(participant, "AE", FATAL_EVENT, via=via)
    if casebook.rows("RAN"):
        services.propose(participant, "EOS", via=via)


def undo_death(form: FormInstance, casebook: Casebook, via: Source) -> None:
    """Take back the untouched event and end of study of a revoked death."""
    if not ends_without_death(casebook):
        services.retire_forms(form.participant, "EOS", via=via)
    opened = stored_form_data([form.participant_id], ["AE"], with_struck=True)
    services.retire_rows(
        [event.form_id for _pk, event in opened if is_fatal(event)], via=via
    )
