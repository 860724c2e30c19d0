"""Deviations that rules find; each occasion is told once."""

from audit.attribution import Process, Via
from capture import services as capture
from capture.events import DeviationFound
from casebook import services as casebook
from casebook.models import FormInstance
from trial_edc import clock
from trial_edc.requirements import implements
from visits.models import ProtocolDeviation
from visits.schedule import Visit
from visits.vocabulary.visit import DeviationCategory, Importance, RaisedBy

FINDER = Process("deviations")
MISSED, OUTSIDE = "VISIT-MISSED", "VISIT-OUT-OF-WINDOW"  # rules, as the log names them


def missed_visit(record: FormInstance, visit: Visit) -> DeviationFound:
    """Return the deviation of a missed visit."""
    return DeviationFound(
        record.participant,
        DeviationCategory.MISSED_VISIT.value,
        MISSED,
        visit.closes_on or clock.today(),
        f"{visit.code.label} was missed.",
        form=record,
    )


def late_or_early_visit(record: FormInstance, visit: Visit) -> DeviationFound | None:
    """Return the deviation of a visit outside its window; None when it was inside."""
    window = visit.state.window
    if not visit.state.out_of_window or visit.done_on is None or window is None:
        return None
    return DeviationFound(
        record.participant,
        DeviationCategory.VISIT_WINDOW.value,
        OUTSIDE,
        visit.done_on,
        f"{visit.code.label} took place on {visit.done_on}, outside its window "
        f"({window.opens} to {window.closes}).",
        form=record,
    )


def occasion_of(event: DeviationFound) -> str:
    """Return what tells this occasion from others: the rule and the sheet."""
    return f"{event.rule} {event.form}" if event.form else event.rule


@implements("WIN-04")
def record_deviation(event: DeviationFound, *, via: Via) -> FormInstance | None:
    """Enter a found deviation, once for each occasion; people assess and resolve it.

    One that somebody struck out stays struck out.
    """
    occasion = occasion_of(event)
    known = ProtocolDeviation.objects.filter(
        form__participant=event.participant, rule=occasion
    )
    if known.exists():
        return None
    today = clock.today()
    form = casebook.add_row(event.participant, "DEV", by=FINDER, via=via)
    values: dict[str, object] = {
        "category": event.category,
        "raised_by": RaisedBy.SYSTEM.value,
        "rule": occasion,
        "occurred_on": min(event.occurred_on, today),
        "found_on": today,
        "description": event.description,
    }
    if event.important:
        values["importance"] = Importance.IMPORTANT.value
    capture.save(form, values, by=FINDER, via=via, complete=False)
    return form
