"""Due dates and forms of visits, kept in step with what moves the schedule."""

from collections.abc import Sequence

from record.audit.attribution import Actor, Source
from record.capture.events import FormReturned, FormSigned, Randomized, RowStruck
from record.capture.save_hooks import Saved
from record.notices.services.outbox import withhold_outdated
from visits.schedule import services

MESSAGE_FORMS = ("CNS", "DTH", "WDR")  # struck out, they may make a message wrong
SCHEDULE_FORMS = ("DTH", "WDR", "STY", "INF", "IRQ")  # besides the visit records


def create_visit_forms(event: Randomized, by: Actor, via: Source) -> None:
    del by, via
    services.create_visit_forms(event.participant)


def recalculate_due_dates(saves: Sequence[Saved]) -> None:
    services.recalculate_due_dates(saves[-1].participant)


def recalculate_after_signature(
    event: FormSigned | FormReturned, by: Actor, via: Source
) -> None:
    """A signed refusal of infusion 1 anchors the schedule on randomization.

    It does so no longer when the request is a draft again.
    """
    del by, via
    if event.form.code == "IRQ":
        services.recalculate_due_dates(event.form.participant)


def recalculate_after_strike(event: RowStruck, by: Actor, via: Source) -> None:
    del by, via
    if event.form.code in SCHEDULE_FORMS:
        services.recalculate_due_dates(event.form.participant)
    if event.form.code in MESSAGE_FORMS:
        withhold_outdated(event.form.participant)
