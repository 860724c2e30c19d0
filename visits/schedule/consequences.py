"""What follows for the schedule, and which deviations are found on the way.

Nothing is stored that the schedule derives; only due dates, forms that no longer
apply, and deviations.
"""

from record.audit.attribution import Actor, Source
from record.capture.events import FormSigned, Randomized, RowStruck
from record.capture.save_hooks import Saved
from record.notices.services.outbox import look_again
from visits.schedule import selectors, services

MESSAGE_FORMS = ("CNS", "DTH", "WDR")  # struck out, they may stop a message
MOVING_FORMS = ("DTH", "WDR", "STY", "INF", "IRQ")  # besides the visit records


def create_visit_forms(event: Randomized, by: Actor, via: Source) -> None:
    del by, via
    services.create_visit_forms(event.participant)


def recalculate_due_dates(saved: Saved) -> None:
    services.recalculate_due_dates(
        saved.participant, selectors.schedule(saved.participant)
    )


def recalculate_after_signature(event: FormSigned, by: Actor, via: Source) -> None:
    """A signed refusal of infusion 1 anchors the schedule on randomisation."""
    del by, via
    if event.form.code == "IRQ":
        services.recalculate_due_dates(event.form.participant)


def recalculate_after_strike(event: RowStruck, by: Actor, via: Source) -> None:
    """A death, withdrawal or stay struck out no longer moves the schedule."""
    del by, via
    if event.form.code in MOVING_FORMS:
        services.recalculate_due_dates(event.form.participant)
    if event.form.code in MESSAGE_FORMS:
        look_again(event.form.participant)
