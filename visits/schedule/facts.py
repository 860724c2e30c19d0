"""The schedule of one participant, read from the forms of the casebook; pure.

The forms become a `rules.Course`; the rules decide every status.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from enrollment.consent.facts.decisions import consent_on
from record.casebook.form_data import Casebook, FormData, fact
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import (
    INFUSION_VISITS,
    VisitCode,
    VisitStatus,
    WithdrawalKind,
    YesNo,
)
from visits.facts import OUTCOME_FORMS, VisitsOnRecord, death_of, visits_on_record
from visits.infusions.vocabulary import Given, InfusionDecision
from visits.logs.vocabulary import Hospital
from visits.schedule import rules

# Every form that moves the schedule.
FORMS = ("CNS", "SCN", "RAN", "INF", "IRQ", "VIS", "DTH", "WDR", "STY")
STARTED = (Given.GIVEN.value, Given.PARTLY.value)
INFUSION_FORMS = ("IRQ", "INF", "VSI")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as it stands today."""

    code: VisitCode
    outlook: rules.Outlook
    state: rules.VisitState
    done_on: date | None = None
    number: int = 0  # of an unscheduled visit
    missed_reason: str | None = None
    appointment_at: datetime | None = None

    @property
    def status(self) -> VisitStatus:
        return self.state.status

    @property
    def is_open(self) -> bool:
        return self.status in (
            VisitStatus.NOT_DUE,
            VisitStatus.UPCOMING,
            VisitStatus.DUE,
            VisitStatus.OVERDUE,
        )

    @property
    def is_late(self) -> bool:
        return self.status == VisitStatus.OVERDUE

    @property
    def awaits_record(self) -> bool:
        return self.state.reason == rules.StatusReason.ON_RECORD

    @property
    def closes_on(self) -> date | None:
        if self.state.window:
            return self.state.window.closes
        return site_date(self.state.due_at) if self.state.due_at else None

    def days_left(self, today: date) -> int | None:
        """Days until the window closes, below 0 when late; None when not awaited."""
        closes_on = self.closes_on
        if not self.is_open or closes_on is None:
            return None
        return (closes_on - today).days


@dataclass(frozen=True, slots=True)
class Schedule:
    """All visits of one participant as of `today`, and the course that moves them."""

    course: rules.Course
    today: date
    visits: tuple[Visit, ...]
    infused: frozenset[str] = frozenset()  # visits whose infusion started
    on_record: VisitsOnRecord = field(default_factory=VisitsOnRecord)

    @property
    def day0(self) -> date | None:
        return self.course.day0

    @property
    def day_of_study(self) -> int | None:
        anchor = self.course.anchor
        return (self.today - anchor).days if anchor else None

    @property
    def has_late_visit(self) -> bool:
        return any(v.state.window and v.status in rules.LATE for v in self.visits)

    @property
    def next_visit(self) -> Visit | None:
        """The participant is to come to it: a record to be entered is none."""
        awaited = (v for v in self.visits if v.is_open and not v.awaits_record)
        return next(awaited, None)

    def requires(self, form: str, visit: str) -> bool:
        """Whether a form of a visit is to be filled in at all.

        It is not where death, withdrawal or discharge ended the visit; but the outcome
        of the dead is known. Nor are the forms of an infusion that had not started when
        the participant withdrew, be it from the infusion alone.
        """
        withdrawn = self.course.withdrawn_on(*WithdrawalKind) is not None
        if withdrawn and form in INFUSION_FORMS and visit not in self.infused:
            return False
        state = self.visit(visit).state
        if form in OUTCOME_FORMS and state.reason == rules.StatusReason.DEATH:
            return True
        return state.status != VisitStatus.NOT_REQUIRED

    def visit(self, code: str) -> Visit:
        return next(visit for visit in self.visits if visit.code == code)


def schedule_of(
    casebook: Casebook,
    now: datetime,
    *,
    no_go_signed: bool,
    on_record: VisitsOnRecord,
) -> Schedule:
    course = course_of(casebook, no_go_signed=no_go_signed)
    scheduled = [
        visit_of(
            slot.code, casebook.one("VIS", slot.code), course, now, on_record=on_record
        )
        for slot in PROTOCOL.schedule.visits
    ]
    unscheduled = [
        visit_of(VisitCode.UNSCHEDULED, data, course, now, on_record=on_record)
        for data in casebook.rows("VIS")
        if data.visit == VisitCode.UNSCHEDULED
    ]
    infused = (
        visit
        for visit, number in INFUSION_VISITS.items()
        if infusion_started_at(casebook, number)
    )
    visits = (*scheduled, *unscheduled)
    return Schedule(course, site_date(now), visits, frozenset(infused), on_record)


def visit_of(
    code: VisitCode,
    data: FormData | None,
    course: rules.Course,
    now: datetime,
    *,
    on_record: VisitsOnRecord,
) -> Visit:
    missed = data is not None and data.get("performed") == YesNo.NO
    done_on = done_date(data)
    outlook = rules.outlook(
        code,
        course,
        done_on=done_on,
        marked_missed=missed,
        on_record=is_on_record(code, course, on_record),
    )
    return Visit(
        code,
        outlook,
        rules.state_at(outlook, now),
        done_on,
        data.visit_number if data else 0,
        data.get("not_done_reason") if data and missed else None,
        data.get("appointment_at") if data else None,
    )


def is_on_record(
    visit: VisitCode, course: rules.Course, on_record: VisitsOnRecord
) -> bool:
    """A form of it is begun, or a sample or contact lies in its window."""
    if visit == VisitCode.UNSCHEDULED or visit in on_record.begun:
        return visit in on_record.begun
    window = rules.window(visit, course.anchor) if course.anchor else None
    return window is not None and any(day in window for day in on_record.days)


def done_date(data: FormData | None) -> date | None:
    """None unless the visit record says that the visit took place."""
    if data is None or data.get("performed") != YesNo.YES:
        return None
    on: date | None = data.get("visit_date")
    return on


def course_of(casebook: Casebook, *, no_go_signed: bool) -> rules.Course:
    casebook.read(*FORMS)
    death = death_of(casebook)
    started_at = infusion_started_at(casebook, 1)
    screening = casebook.one("SCN")
    randomized_at = casebook.value("RAN", "randomised_at")
    return rules.Course(
        consented_on=consent_on(casebook),
        screening_closed=bool(screening and screening.get("screening_closed_at")),
        randomized_at=randomized_at,
        day0=site_date(started_at) if started_at else None,
        will_not_be_infused=no_go_signed and is_refused_for_good(casebook, 1),
        death_on=death.earliest if death else None,
        death_by=death.latest if death else None,
        withdrawals=tuple(
            rules.DatedWithdrawal(WithdrawalKind(row.get("kind")), row.get("on"))
            for row in casebook.rows("WDR")
            if row.get("kind") and row.get("on")
        ),
        stays=tuple(
            rules.HospitalStay(
                site_date(row.get("in_at")),
                site_date(row.get("out_at")) if row.get("out_at") else None,
            )
            for row in casebook.rows("STY")
            if row.get("hospital") == Hospital.OURS and row.get("in_at")
        ),
    )


def infusion_visit(number: int) -> str:
    return next(visit for visit, at in INFUSION_VISITS.items() if at == number)


def infusion(casebook: Casebook, number: int) -> FormData | None:
    return casebook.one("INF", infusion_visit(number))


def infusion_started_at(casebook: Casebook, number: int) -> datetime | None:
    """None while it has not started, or was not given."""
    record = infusion(casebook, number)
    if record is None or record.get("given") not in STARTED:
        return None
    started_at: datetime | None = record.get("started_at")
    return started_at


def is_refused_for_good(casebook: Casebook, number: int) -> bool:
    decision = casebook.value("IRQ", "decision", infusion_visit(number))
    return bool(decision == InfusionDecision.NO_GO_FINAL)


def _counts_as_signed(casebook: Casebook) -> bool:
    """Whether the request of infusion 1 counts as signed in an edit check.

    Edit checks do not see signatures: a complete request counts as signed.
    """
    casebook.read(*FORMS)
    request = casebook.one("IRQ", VisitCode.DAY_0.value)
    return request is not None and request.status == "complete"


def schedule_as_checked(casebook: Casebook, now: datetime) -> Schedule:
    signed = _counts_as_signed(casebook)
    on_record = visits_on_record(casebook)
    return schedule_of(casebook, now, no_go_signed=signed, on_record=on_record)


def window_of(casebook: Casebook, visit: str) -> rules.Window | None:
    anchor = course_of(casebook, no_go_signed=_counts_as_signed(casebook)).anchor
    if anchor is None or visit == VisitCode.UNSCHEDULED:
        return None
    return rules.window(VisitCode(visit), anchor)


@fact("day_0")
def day_0(casebook: Casebook) -> date | None:
    started_at = infusion_started_at(casebook, 1)
    return site_date(started_at) if started_at else None


@fact("is_infused")
def is_infused(casebook: Casebook) -> bool:
    return any(infusion_started_at(casebook, number) is not None for number in (1, 2))
