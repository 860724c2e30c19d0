"""Forms that a death opens, and their withdrawal when it is revoked."""

from collections.abc import Sequence

from record.audit.attribution import Source
from record.capture.save_hooks import Saved
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import stored_form_data
from safety.deaths.facts import is_death_reported, reports_death
from safety.deaths.selectors import ends_without_death
from safety.facts import events, is_fatal
from safety.reports.services import reports as services
from safety.vocabulary import EventOutcome, Grade, Seriousness
from trial_edc.vocabulary import YesNo

FATAL_EVENT = {
    "grade": Grade.DEATH.value,
    "serious": YesNo.YES.value,
    "seriousness": [Seriousness.DEATH.value],
    "ongoing": YesNo.NO.value,
    "outcome": EventOutcome.FATAL.value,
}


def ensure_death_form(saves: Sequence[Saved]) -> None:
    """Open the death form where an answer reports one; withdraw it when none does."""
    saved = saves[-1]
    if any(reports_death(s.data) or reports_death(s.before) for s in saves):
        sync_death_form(saved.participant, saved.casebook, saved.via)


def sync_death_form(participant: Participant, casebook: Casebook, via: Source) -> None:
    if not is_death_reported(casebook):
        services.strike_untouched_forms(participant, "DTH", via=via)
    elif casebook.fact("first_consented_on"):
        services.open_form(participant, "DTH", via=via)


def report_death(saved: Saved) -> None:
    """A death is a serious event and ends the study."""
    if saved.data.get("death_on") is None:
        undo_death(saved.form, saved.casebook, saved.via)
    else:
        open_death_consequences(saved.participant, saved.casebook, saved.via)


def open_death_consequences(
    participant: Participant, casebook: Casebook, via: Source
) -> None:
    if casebook.value("DTH", "death_on") is None:
        return
    has_fatal_event = any(is_fatal(event) for event in events(casebook))
    if casebook.fact("is_consented") and not has_fatal_event:
        services.open_log_row(participant, "AE", FATAL_EVENT, via=via)
    if casebook.rows("RAN"):
        services.open_form(participant, "EOS", via=via)


def restore_death(form: FormInstance, casebook: Casebook, via: Source) -> None:
    """A form that was opened in its place and is still empty is withdrawn."""
    records = FormInstance.objects.filter(participant=form.participant, code="DTH")
    for record in records.exclude(pk=form.pk):
        services.strike_if_untouched(record, via=via)
    open_death_consequences(form.participant, casebook, via)


def undo_death(form: FormInstance, casebook: Casebook, via: Source) -> None:
    if not ends_without_death(casebook):
        services.strike_untouched_forms(form.participant, "EOS", via=via)
    stored_events = stored_form_data([form.participant_id], ["AE"], with_struck=True)
    services.strike_untouched_rows(
        [event.form_id for _pk, event in stored_events if is_fatal(event)], via=via
    )
