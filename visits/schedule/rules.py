"""The schedule: targets, windows and the status of every visit (protocol section 3).

Windows are inclusive calendar days at the site. A status is the first rule that applies
on a date. What it follows from on any date is the `Outlook` of the visit; a status
itself is never stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from trial_edc.dates import add_months, site_date
from trial_edc.protocol import PROTOCOL, Month3Rule, ScheduleSettings, VisitSlot
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_, Codelist, VisitCode, VisitStatus, WithdrawalKind

LATE = (VisitStatus.OVERDUE, VisitStatus.MISSED)
LOOKED_UP = (VisitCode.DAY_28, VisitCode.MONTH_3)  # due as record look-up


class StatusReason(Codelist):
    """Why a visit has its status, where a rule other than its window decides."""

    MARKED = "marked", N_("Marked by staff")
    DEATH = "death", N_("Death")
    WITHDRAWN = "withdrawn", N_("Withdrawn")
    DISCHARGED = "discharged", N_("Discharged")
    NO_DAY_0 = "no_day_0", N_("Infusion 1 has not started")
    SCREENING_CLOSED = "screening_closed", N_("Screening closed")
    ON_RECORD = "on_record", N_("Record to be entered")


@dataclass(frozen=True, slots=True)
class Window:
    """When a visit is to take place; both ends belong to it."""

    target: date
    opens: date
    closes: date
    upcoming_from: date
    overdue_until: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.opens <= day <= self.closes


@dataclass(frozen=True, slots=True)
class HospitalStay:
    """A stay at our hospital; `out_on` None: still there."""

    in_on: date
    out_on: date | None = None


@dataclass(frozen=True, slots=True)
class DatedWithdrawal:
    """A withdrawal and its date."""

    kind: WithdrawalKind
    on: date


@dataclass(frozen=True, slots=True)
class Course:
    """What of a participant's course moves the schedule.

    `day0`: site date on which infusion 1 started. `will_not_be_infused`: signed, so the
    schedule anchors on the randomization date. `death_by`: last day on which the death
    may have been, where its date is known in part.
    """

    consented_on: date | None = None
    screening_closed: bool = False
    randomized_at: datetime | None = None
    day0: date | None = None
    will_not_be_infused: bool = False
    death_on: date | None = None
    death_by: date | None = None
    withdrawals: tuple[DatedWithdrawal, ...] = ()
    stays: tuple[HospitalStay, ...] = ()

    @property
    def anchor(self) -> date | None:
        """The date that counts as day 0, once there is one."""
        if self.day0 or not self.will_not_be_infused or self.randomized_at is None:
            return self.day0
        return site_date(self.randomized_at)

    def withdrawn_on(self, *kinds: WithdrawalKind) -> date | None:
        return min((w.on for w in self.withdrawals if w.kind in kinds), default=None)


@dataclass(frozen=True, slots=True)
class VisitState:
    """Status of one visit with its reason, window and flags."""

    status: VisitStatus
    reason: StatusReason | None = None
    window: Window | None = None
    out_of_window: bool = False
    record_lookup: bool = False
    due_at: datetime | None = None


@implements("WIN-02")
def month_3(day0: date, schedule: ScheduleSettings = PROTOCOL.schedule) -> date:
    """Month-3 date: visits, survival, stays and adverse events all use this one."""
    if schedule.month3_rule == Month3Rule.DAYS_90:
        return day0 + timedelta(days=schedule.month3_days)
    return add_months(day0, schedule.month3_months)


@implements("WIN-01")
def window(
    visit: VisitCode, day0: date, schedule: ScheduleSettings = PROTOCOL.schedule
) -> Window | None:
    """None for a visit without a fixed day."""
    slot = schedule.slot(visit)
    if visit == VisitCode.MONTH_3:
        target = month_3(day0, schedule)
    elif slot.target_day is None:
        return None
    else:
        target = day0 + timedelta(days=slot.target_day)
    opens = target - timedelta(days=slot.before_days)
    closes = target + timedelta(days=slot.after_days)
    return Window(
        target,
        opens,
        closes,
        opens - timedelta(days=slot.lead_days),
        closes + timedelta(days=slot.grace_days),
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """All that the status of a visit follows from, on whatever day it is asked.

    Without `status` the day decides: its place in the window, or, while there is no
    day 0, whether `due_at` is over. `on_record`: something of the visit is, so that
    the clock alone never misses it.
    """

    status: VisitStatus | None = None
    reason: StatusReason | None = None
    window: Window | None = None
    due_at: datetime | None = None
    on_record: bool = False
    out_of_window: bool = False
    record_lookup: bool = False


@implements("WIN-03", "WIN-04")
def visit_status(
    visit: VisitCode,
    course: Course,
    *,
    now: datetime,
    done_on: date | None = None,
    marked_missed: bool = False,
    on_record: bool = False,
    schedule: ScheduleSettings = PROTOCOL.schedule,
) -> VisitState:
    """Status of a visit on the site's date at `now`: the first rule that applies."""
    visit_outlook = outlook(
        visit,
        course,
        done_on=done_on,
        marked_missed=marked_missed,
        on_record=on_record,
        schedule=schedule,
    )
    return state_at(visit_outlook, now)


def outlook(
    visit: VisitCode,
    course: Course,
    *,
    done_on: date | None = None,
    marked_missed: bool = False,
    on_record: bool = False,
    schedule: ScheduleSettings = PROTOCOL.schedule,
) -> Outlook:
    """The rules of a status that need no clock, in their order."""
    if visit == VisitCode.UNSCHEDULED:
        return unscheduled_outlook(done_on, marked_missed=marked_missed)
    span = window(visit, course.anchor, schedule) if course.anchor else None
    if done_on:
        return Outlook(
            VisitStatus.DONE,
            window=span,
            out_of_window=span is not None and done_on not in span,
            record_lookup=is_lookup(visit, course),
        )
    if marked_missed:
        return Outlook(VisitStatus.MISSED, StatusReason.MARKED, span)
    slot = schedule.slot(visit)
    ended = ended_by(visit, course, span) or discharged(slot, course, span)
    awaits = ended or awaited(visit, course, span, schedule)
    return replace(awaits, on_record=on_record and span is not None)


def state_at(outlook: Outlook, now: datetime) -> VisitState:
    """The status on the site's date at `now`; what is on record is never missed."""
    status = outlook.status or status_by_clock(outlook, now)
    reason = outlook.reason
    if outlook.on_record and status in LATE:
        status, reason = VisitStatus.OVERDUE, StatusReason.ON_RECORD
    return VisitState(
        status,
        reason,
        outlook.window,
        outlook.out_of_window,
        outlook.record_lookup,
        outlook.due_at,
    )


def status_by_clock(outlook: Outlook, now: datetime) -> VisitStatus:
    if outlook.window:
        return status_in(outlook.window, site_date(now))
    if outlook.due_at is None:
        return VisitStatus.NOT_SCHEDULED
    if now == outlook.due_at:
        return VisitStatus.DUE
    is_over = now > outlook.due_at
    return VisitStatus.OVERDUE if is_over else VisitStatus.UPCOMING


def awaited(
    visit: VisitCode,
    course: Course,
    span: Window | None,
    schedule: ScheduleSettings,
) -> Outlook:
    """Rules 6 and 7: a visit that nothing has ended."""
    if visit == VisitCode.SCREENING:
        return screening_outlook(course)
    if span is None:
        return unanchored_outlook(visit, course, schedule)
    return Outlook(window=span, record_lookup=is_lookup(visit, course))


def ended_by(visit: VisitCode, course: Course, span: Window | None) -> Outlook | None:
    """Rules 3 and 4: death, and withdrawal from what this visit is.

    A date known in part decides where each of its days decides alike.
    """
    kinds = [WithdrawalKind.EVERYTHING]
    if visit not in LOOKED_UP:
        kinds.append(WithdrawalKind.VISITS_LOOKUP_ALLOWED)
    withdrawn_on = course.withdrawn_on(*kinds)
    ends = (
        (course.death_on, course.death_by, StatusReason.DEATH),
        (withdrawn_on, withdrawn_on, StatusReason.WITHDRAWN),
    )
    for first, last, reason in ends:
        if first is None:
            continue
        if span is None or (last or first) <= span.closes:
            return Outlook(VisitStatus.NOT_REQUIRED, reason, span)
        if first > span.closes:
            return Outlook(VisitStatus.MISSED, reason, span)
    return None


@implements("WIN-05")
def discharged(slot: VisitSlot, course: Course, span: Window | None) -> Outlook | None:
    """Rule 5: visits of in-patients, where no stay at our hospital touches the window.

    Without any stay on record the participant counts as still in hospital.
    """
    if span is None or not slot.in_hospital_only or not course.stays:
        return None
    if any(touches(stay, span) for stay in course.stays):
        return None
    return Outlook(VisitStatus.NOT_REQUIRED, StatusReason.DISCHARGED, span)


def touches(stay: HospitalStay, span: Window) -> bool:
    ends_after = stay.out_on is None or stay.out_on >= span.opens
    return stay.in_on <= span.closes and ends_after


def unanchored_outlook(
    visit: VisitCode, course: Course, schedule: ScheduleSettings
) -> Outlook:
    """Rule 6: without day 0 only the day-0 visit is awaited, 24 h long."""
    if visit != VisitCode.DAY_0 or course.randomized_at is None:
        return Outlook(VisitStatus.NOT_SCHEDULED, StatusReason.NO_DAY_0)
    hours = schedule.day0_hours_after_randomization
    due_at = course.randomized_at + timedelta(hours=hours)
    return Outlook(reason=StatusReason.NO_DAY_0, due_at=due_at)


def unscheduled_outlook(done_on: date | None, *, marked_missed: bool) -> Outlook:
    """An unscheduled visit has no window; one that did not happen is marked missed."""
    if done_on:
        return Outlook(VisitStatus.DONE)
    if marked_missed:
        return Outlook(VisitStatus.MISSED, StatusReason.MARKED)
    return Outlook(VisitStatus.NOT_SCHEDULED)


def screening_outlook(course: Course) -> Outlook:
    """Screening runs from consent to randomization and has no fixed day."""
    if course.consented_on is None:
        return Outlook(VisitStatus.NOT_SCHEDULED)
    if course.randomized_at:
        return Outlook(VisitStatus.OVERDUE)
    if course.screening_closed:
        return Outlook(VisitStatus.NOT_REQUIRED, StatusReason.SCREENING_CLOSED)
    return Outlook(VisitStatus.DUE)


def status_in(span: Window, today: date) -> VisitStatus:
    """Rule 7: where today lies in a window and its neighbourhood."""
    steps = (
        (today < span.upcoming_from, VisitStatus.NOT_DUE),
        (today < span.opens, VisitStatus.UPCOMING),
        (today <= span.closes, VisitStatus.DUE),
        (today <= span.overdue_until, VisitStatus.OVERDUE),
    )
    return next((status for holds, status in steps if holds), VisitStatus.MISSED)


@implements("WIN-07")
def is_lookup(visit: VisitCode, course: Course) -> bool:
    withdrawn_on = course.withdrawn_on(WithdrawalKind.VISITS_LOOKUP_ALLOWED)
    return visit in LOOKED_UP and withdrawn_on is not None


@implements("WIN-06")
def may_be_lost(
    attempts_on: Sequence[date],
    day0: date,
    schedule: ScheduleSettings = PROTOCOL.schedule,
) -> bool:
    """Whether attempts to reach a participant suffice to call the participant lost.

    Three on different days over at least 14 days, after month 3 has closed.
    """
    span = window(VisitCode.MONTH_3, day0, schedule)
    days = sorted({day for day in attempts_on if span and day > span.closes})
    if len(days) < schedule.lost_attempts:
        return False
    return (days[-1] - days[0]).days >= schedule.lost_days
