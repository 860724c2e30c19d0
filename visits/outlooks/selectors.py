"""The state of every visit on a date, as lists ask the database for it."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from record.casebook.selectors import casebooks_by_key
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.vocabulary import INFUSION_VISITS, VisitCode, VisitStatus
from visits.infusions.facts.vital_sign_times import next_measurement
from visits.models import VisitOutlook
from visits.schedule.facts import FORMS, Schedule, Visit
from visits.schedule.rules import Outlook, StatusReason, Window, state_at
from visits.schedule.selectors import whole_schedules

Row = dict[str, Any]  # the columns of an outlook
KEY = ("participant_id", "visit", "number")
WINDOW = ("target_on", "opens_on", "closes_on", "upcoming_from", "overdue_until")


def outlooks_at(now: datetime) -> QuerySet[Any]:
    """All visits with their `status_now`: `rules.state_at` in the words of SQL."""
    return VisitOutlook.objects.annotate(status_now=_status_at(now))


def visits_in(status: VisitStatus, now: datetime) -> QuerySet[Any]:
    return of_status(outlooks_at(now), status)


def of_status(visits: QuerySet[Any], status: VisitStatus) -> QuerySet[Any]:
    """Those of a status; the date moves only those that wait, so few are asked."""
    may_be = Q(status__in=("", status.value)) | Q(on_record=True)
    return visits.filter(may_be, status_now=status)


def _status_at(now: datetime) -> Case:
    """The first line that applies. Before day 0 there is no window."""
    today = site_date(now)
    ended = Q(status=VisitStatus.MISSED) | Q(status="", closes_on__lt=today)
    lines: tuple[tuple[Q, Any], ...] = (
        (Q(on_record=True) & ended, VisitStatus.OVERDUE),
        (~Q(status=""), F("status")),
        (Q(upcoming_from__gt=today), VisitStatus.NOT_DUE),
        (Q(opens_on__gt=today), VisitStatus.UPCOMING),
        (Q(closes_on__gte=today), VisitStatus.DUE),
        (Q(overdue_until__gte=today), VisitStatus.OVERDUE),
        (Q(overdue_until__lt=today), VisitStatus.MISSED),
        (Q(due_at__gt=now), VisitStatus.UPCOMING),
        (Q(due_at=now), VisitStatus.DUE),
        (Q(due_at__lt=now), VisitStatus.OVERDUE),
    )
    return Case(
        *(When(holds, then=_expression(then)) for holds, then in lines),
        default=Value(VisitStatus.NOT_SCHEDULED.value),
        output_field=CharField(),
    )


def _expression(status: Any) -> Any:
    return Value(status.value) if isinstance(status, VisitStatus) else status


def visit_at(row: VisitOutlook, now: datetime) -> Visit:
    """The visit that a stored row tells of."""
    window = Window(*(getattr(row, name) for name in WINDOW)) if row.opens_on else None
    outlook = Outlook(
        VisitStatus(row.status) if row.status else None,
        StatusReason(row.reason) if row.reason else None,
        window,
        row.due_at,
        row.on_record,
        row.is_out_of_window,
        row.is_record_lookup,
    )
    return Visit(
        VisitCode(row.visit),
        outlook,
        state_at(outlook, now),
        row.done_on,
        row.number,
        row.missed_reason or None,
        row.appointment_at,
    )


def derived_rows(people: Collection[int]) -> Iterator[Row]:
    """What is to be stored of the visits of participants, by their keys."""
    records = FormInstance.objects.filter(
        participant__in=people, code="VIS", struck_at=None
    ).values_list("participant_id", "visit", "visit_number", "pk")
    record_at = {tuple(place): pk for *place, pk in records}
    casebooks = casebooks_by_key(people, (*FORMS, "VSI"))
    for participant, plan in whole_schedules(casebooks).items():
        for place, visit in enumerate(_one_of_each(plan)):
            row = outlook_columns(visit) | {
                "participant_id": participant,
                "place": place,
                "is_watched": _is_watched(visit, casebooks[participant]),
            }
            yield row | {"record_id": record_at.get(tuple(row[name] for name in KEY))}


def _is_watched(visit: Visit, casebook: Casebook) -> bool:
    is_infusion = visit.code in INFUSION_VISITS
    return (
        is_infusion and next_measurement(visit.code, casebook, clock.now()) is not None
    )


def _one_of_each(plan: Schedule) -> Iterator[Visit]:
    """One row a visit: two of one number must keep no save from being stored."""
    return iter({(visit.code, visit.number): visit for visit in plan.visits}.values())


def outlook_columns(visit: Visit) -> Row:
    outlook = visit.outlook
    return {
        "visit": visit.code.value,
        "number": visit.number,
        "status": outlook.status.value if outlook.status else "",
        "reason": outlook.reason.value if outlook.reason else "",
        **_window_columns(outlook.window),
        "due_at": outlook.due_at,
        "on_record": outlook.on_record,
        "is_out_of_window": outlook.out_of_window,
        "is_record_lookup": outlook.record_lookup,
        "done_on": visit.done_on,
        "missed_reason": visit.missed_reason or "",
        "appointment_at": visit.appointment_at,
        "day": calendar_day(visit),
    }


def _window_columns(window: Window | None) -> Row:
    if window is None:
        return dict.fromkeys(WINDOW)
    spans = (window.target, window.opens, window.closes)
    lead_and_grace = (window.upcoming_from, window.overdue_until)
    return dict(zip(WINDOW, (*spans, *lead_and_grace), strict=True))


def calendar_day(visit: Visit) -> date | None:
    """The day on which a calendar shows it."""
    appointment = site_date(visit.appointment_at) if visit.appointment_at else None
    window = visit.outlook.window
    target = window.target if window else None
    return visit.done_on or appointment or target or visit.closes_on
