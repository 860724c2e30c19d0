"""Which messages are right for a participant now: from forms and schedule; pure.

The same for everybody: nothing here asks what was given, or how. What was sent before
is told by the keys of the messages.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from enrollment.contact.facts import contact_consent, has_opted_out
from record.casebook.form_data import Casebook
from trial_edc.dates import SITE_ZONE, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode, VisitStatus, WithdrawalKind, YesNo
from visits.reminders.vocabulary import Occasion
from visits.schedule.facts import Schedule, Visit

SETTINGS = PROTOCOL.reminders
# By hand, at the bedside or in the ward: nobody is written to about these.
UNREMINDED = (VisitCode.SCREENING, VisitCode.DAY_0, VisitCode.END_OF_STUDY)
ENDED = (WithdrawalKind.VISITS_LOOKUP_ALLOWED, WithdrawalKind.EVERYTHING)
WARD_VISITS = tuple(
    slot.code for slot in PROTOCOL.schedule.visits if slot.in_hospital_only
)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """One message that is right now; `fields` fill the places of its template."""

    occasion: Occasion
    key: str
    due_at: datetime
    visit: Visit | None = None
    appointment_at: datetime | None = None
    opens_on: date | None = None
    closes_on: date | None = None

    @property
    def place(self) -> str:
        """Return the visit as messages are counted by it; empty without one."""
        return f"{self.visit.code}{self.visit.number or ''}" if self.visit else ""


def reminders(
    casebook: Casebook, plan: Schedule, now: datetime, sent: Collection[str] = ()
) -> tuple[Reminder, ...]:
    """Return the messages that are right now and whose time has come."""
    told = (
        *(
            one
            for visit in plan.visits
            for one in _of_visit(visit, casebook, plan, sent)
        ),
        *_contact_check(plan, casebook),
        *_emergency_note(plan),
        *_opt_out_done(casebook),
    )
    return tuple(one for one in told if one.due_at <= now and _holds(one, now))


def _holds(one: Reminder, now: datetime) -> bool:
    return one.appointment_at is None or now < one.appointment_at


def _of_visit(
    visit: Visit, casebook: Casebook, plan: Schedule, sent: Collection[str]
) -> Iterator[Reminder]:
    if visit.code in UNREMINDED or not awaits(visit) or visit.state.record_lookup:
        return
    appointment_at = appointment_of(visit, casebook)
    if appointment_at and site_date(appointment_at) >= plan.today:
        yield from _of_appointment(visit, appointment_at, plan.today, sent)
        return
    # Who came may not be entered yet.
    waits_since = site_date(appointment_at) if appointment_at else None
    if waits_since and plan.today < waits_since + _days(SETTINGS.overdue_wait_days):
        return
    span = visit.state.window
    if span is None or visit.code in WARD_VISITS:
        return
    missed = f" {waits_since}" if waits_since else ""
    if visit.status == VisitStatus.DUE:
        yield Reminder(
            Occasion.CALL_TO_BOOK,
            f"visit_open_call_to_book {visit.code} {span.opens}{missed}",
            at_site(span.opens),
            visit,
            opens_on=span.opens,
            closes_on=span.closes,
        )
    elif visit.status == VisitStatus.OVERDUE:
        due_on = span.closes + _days(SETTINGS.overdue_wait_days)
        key = f"visit_overdue {visit.code} {span.closes}{missed}"
        yield Reminder(Occasion.OVERDUE, key, at_site(due_on), visit)


def _of_appointment(
    visit: Visit, at: datetime, today: date, sent: Collection[str]
) -> Iterator[Reminder]:
    """Remind some days before, and the day before.

    Who was told neither is reminded on the day itself: an appointment made late, or
    an evening on which nothing could be sent.
    """
    on, place = site_date(at), f"{visit.code}{visit.number or ''} {at.isoformat()}"
    make = partial(Reminder, visit=visit, appointment_at=at)
    if visit.code == VisitCode.UNSCHEDULED:
        yield make(Occasion.BLOOD_TEST, f"blood_test {place}", at_site(on - ONE_DAY))
        return
    before, upcoming = f"visit_tomorrow {place}", f"visit_upcoming {place}"
    if today == on - ONE_DAY:
        yield make(Occasion.TOMORROW, before, at_site(today))
    elif today < on or before not in sent:
        first = on - _days(SETTINGS.upcoming_days)
        yield make(Occasion.UPCOMING, upcoming, at_site(first))


def _contact_check(plan: Schedule, casebook: Casebook) -> Iterator[Reminder]:
    visit = plan.visit(VisitCode.MONTH_3)
    span = visit.state.window
    if span is None or not awaits(visit) or appointment_of(visit, casebook):
        return
    due_on = span.opens - _days(SETTINGS.contact_check_days)
    if due_on <= plan.today < span.opens:
        yield Reminder(
            Occasion.CONTACT_CHECK, f"contact_check {due_on}", at_site(due_on)
        )


def _emergency_note(plan: Schedule) -> Iterator[Reminder]:
    left = [stay.out_on for stay in plan.course.stays if stay.out_on]
    if not left or plan.course.anchor is None or not any(map(awaits, plan.visits)):
        return
    due_on = max(left) + _days(SETTINGS.emergency_note_from_days)
    until = max(left) + _days(SETTINGS.emergency_note_until_days)
    if due_on <= plan.today <= until:
        yield Reminder(
            Occasion.EMERGENCY_NOTE, f"emergency_note {due_on}", at_site(due_on)
        )


def _opt_out_done(casebook: Casebook) -> Iterator[Reminder]:
    consent = contact_consent(casebook)
    if consent and has_opted_out(casebook, consent):
        at: datetime = casebook.value("CTC", "opted_out_at")
        yield Reminder(
            Occasion.OPT_OUT_DONE, f"{Occasion.OPT_OUT_DONE} {site_date(at)}", at
        )


def awaits(visit: Visit) -> bool:
    """Tell whether somebody is to come; an unscheduled visit has no window."""
    if visit.code == VisitCode.UNSCHEDULED:
        return visit.done_on is None and visit.missed_reason is None
    return visit.is_open


def appointment_of(visit: Visit, casebook: Casebook) -> datetime | None:
    at: datetime | None = next(
        (
            data.get("appointment_at")
            for data in casebook.rows("VIS")
            if (data.visit, data.visit_number) == (visit.code, visit.number)
        ),
        None,
    )
    return at


def is_in_hospital(casebook: Casebook, plan: Schedule) -> bool:
    """Tell whether the participant is in our hospital.

    Without any stay on record nobody is known to have left, unless the last visit
    says so.
    """
    if plan.course.stays:
        return any(
            stay.in_on <= plan.today
            and (stay.out_on is None or plan.today < stay.out_on)
            for stay in plan.course.stays
        )
    told = [
        (data.get("visit_date"), data.get("in_hospital"))
        for data in casebook.rows("VIS")
        if data.get("visit_date") and data.get("in_hospital")
    ]
    return not told or max(told)[1] == YesNo.YES


def has_withdrawn(casebook: Casebook, plan: Schedule) -> bool:
    """Tell whether visits, or everything, were withdrawn from, or consent refused."""
    since = plan.course.withdrawn_on(*ENDED)
    refused: bool = casebook.fact("has_refused_to_go_on")
    return refused or since is not None


def at_site(day: date) -> datetime:
    return datetime.combine(day, SETTINGS.send_at, SITE_ZONE)


def _days(count: int) -> timedelta:
    return timedelta(days=count)
