"""Whatever moves the schedule moves the outlooks, once at the end of the act."""

from record.audit.attribution import Actor, Source, at_end
from record.capture.events import FormReturned, FormSigned, Randomized, RowStruck
from record.capture.save_hooks import Saved
from record.casebook.models import FormStatus
from visits.facts import DATED_LOGS, VISIT_FORMS
from visits.outlooks.services import OUTLOOKS
from visits.schedule.facts import FORMS

BEGUN = (FormStatus.DRAFT, FormStatus.COMPLETE)


def keep_outlooks(saved: Saved) -> None:
    at_end(OUTLOOKS.store_one, saved.participant.pk)


def keep_outlooks_of_begun_visit(saved: Saved) -> None:
    """Of forms that no schedule reads, it matters whether they are begun."""
    if (saved.before.status in BEGUN) != (saved.data.status in BEGUN):
        keep_outlooks(saved)


def keep_outlooks_after(
    event: FormSigned | FormReturned | RowStruck, by: Actor, via: Source
) -> None:
    del by, via
    if event.form.code in (*FORMS, *VISIT_FORMS, *DATED_LOGS):
        at_end(OUTLOOKS.store_one, event.form.participant_id)


def keep_outlooks_of_randomized(event: Randomized, by: Actor, via: Source) -> None:
    del by, via
    at_end(OUTLOOKS.store_one, event.participant.pk)
