"""The reminders due for a participant now, from forms and schedule; pure.

They are the same in both arms: nothing here reads what was infused, or how. The keys of
earlier messages show what was sent.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from enrollment.contact.facts import contact_consent, has_opted_out
from record.casebook.form_data import Casebook
from trial_edc.dates import SITE_TZ, site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import VisitCode, VisitStatus, WithdrawalKind, YesNo
from visits.reminders.vocabulary import Occasion
from visits.schedule.facts import Schedule, Visit

SETTINGS = PROTOCOL.reminders
# Visits that staff arrange at the bedside or in the ward: nobody is reminded of them.
NEVER_REMINDED = (VisitCode.SCREENING, VisitCode.DAY_0, VisitCode.END_OF_STUDY)
NO_VISITS = (WithdrawalKind.VISITS_LOOKUP_ALLOWED, WithdrawalKind.EVERYTHING)
WARD_VISITS = tuple(
    slot.code for slot in PROTOCOL.schedule.visits if slot.in_hospital_only
)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A message that is due; the optional fields fill its template."""

    occasion: Occasion
    key: str
    due_at: datetime
    visit: Visit | None = None
    appointment_at: datetime | None = None
    opens_on: date | None = None
    closes_on: date | None = None

    @property
    def place(self) -> str:
        """The visit by which messages are counted; empty without one."""
        return f"{self.visit.code}{self.visit.number or ''}" if self.visit else ""


def reminders(
    casebook: Casebook, plan: Schedule, now: datetime, sent_keys: Collection[str] = ()
) -> tuple[Reminder, ...]:
    candidates = (
        *(
            reminder
            for visit in plan.visits
            for reminder in _visit_reminders(visit, casebook, plan, sent_keys)
        ),
        *_contact_check(plan, casebook),
        *_emergency_note(plan),
        *_opt_out_confirmation(casebook),
    )
    return tuple(
        reminder
        for reminder in candidates
        if reminder.due_at <= now and _is_before_appointment(reminder, now)
    )


def _is_before_appointment(reminder: Reminder, now: datetime) -> bool:
    return reminder.appointment_at is None or now < reminder.appointment_at


def _visit_reminders(
    visit: Visit, casebook: Casebook, plan: Schedule, sent_keys: Collection[str]
) -> Iterator[Reminder]:
    if (
        visit.code in NEVER_REMINDED
        or not is_awaited(visit)
        or visit.state.record_lookup
    ):
        return
    appointment_at = appointment_of(visit, casebook)
    if appointment_at and site_date(appointment_at) >= plan.today:
        yield from _appointment_reminders(visit, appointment_at, plan.today, sent_keys)
        return
    if visit.code not in WARD_VISITS:
        booked_on = site_date(appointment_at) if appointment_at else None
        yield from _window_reminders(visit, booked_on, plan.today)


def _window_reminders(
    visit: Visit, booked_on: date | None, today: date
) -> Iterator[Reminder]:
    span = visit.state.window
    # The visit may have taken place and not be entered yet.
    is_recent = booked_on and today < booked_on + _days(SETTINGS.overdue_wait_days)
    if span is None or is_recent:
        return
    missed = f" {booked_on}" if booked_on else ""
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


def _appointment_reminders(
    visit: Visit, at: datetime, today: date, sent_keys: Collection[str]
) -> Iterator[Reminder]:
    """Remind some days before, and the day before.

    On the day itself remind those who got neither: the appointment was made late, or
    nothing could be sent the evening before.
    """
    on, place = site_date(at), f"{visit.code}{visit.number or ''} {at.isoformat()}"
    reminder = partial(Reminder, visit=visit, appointment_at=at)
    if visit.code == VisitCode.UNSCHEDULED:
        yield reminder(
            Occasion.BLOOD_TEST, f"blood_test {place}", at_site(on - ONE_DAY)
        )
        return
    tomorrow_key, upcoming_key = f"visit_tomorrow {place}", f"visit_upcoming {place}"
    if today == on - ONE_DAY:
        yield reminder(Occasion.TOMORROW, tomorrow_key, at_site(today))
    elif today < on or tomorrow_key not in sent_keys:
        first_on = on - _days(SETTINGS.upcoming_days)
        yield reminder(Occasion.UPCOMING, upcoming_key, at_site(first_on))


def _contact_check(plan: Schedule, casebook: Casebook) -> Iterator[Reminder]:
    visit = plan.visit(VisitCode.MONTH_3)
    span = visit.state.window
    if span is None or not is_awaited(visit) or appointment_of(visit, casebook):
        return
    due_on = span.opens - _days(SETTINGS.contact_check_days)
    if due_on <= plan.today < span.opens:
        yield Reminder(
            Occasion.CONTACT_CHECK, f"contact_check {due_on}", at_site(due_on)
        )


def _emergency_note(plan: Schedule) -> Iterator[Reminder]:
    discharges_on = [stay.out_on for stay in plan.course.stays if stay.out_on]
    if (
        not discharges_on
        or plan.course.anchor is None
        or not any(map(is_awaited, plan.visits))
    ):
        return
    due_on = max(discharges_on) + _days(SETTINGS.emergency_note_from_days)
    until = max(discharges_on) + _days(SETTINGS.emergency_note_until_days)
    if due_on <= plan.today <= until:
        yield Reminder(
            Occasion.EMERGENCY_NOTE, f"emergency_note {due_on}", at_site(due_on)
        )


def _opt_out_confirmation(casebook: Casebook) -> Iterator[Reminder]:
    consent = contact_consent(casebook)
    if consent and has_opted_out(casebook, consent):
        at: datetime = casebook.value("CTC", "opted_out_at")
        yield Reminder(
            Occasion.OPT_OUT_DONE, f"{Occasion.OPT_OUT_DONE} {site_date(at)}", at
        )


def is_awaited(visit: Visit) -> bool:
    """The participant is still to come; an unscheduled visit has no window.

    Of a visit that awaits its record alone the participant is not told that it is late.
    """
    if visit.code == VisitCode.UNSCHEDULED:
        return visit.done_on is None and visit.missed_reason is None
    return visit.is_open and not visit.awaits_record


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
    """Whether the participant is in our hospital today.

    Without any stay on record the last visit decides; without a visit: in hospital.
    """
    if plan.course.stays:
        return any(
            stay.in_on <= plan.today
            and (stay.out_on is None or plan.today < stay.out_on)
            for stay in plan.course.stays
        )
    answers = [
        (data.get("visit_date"), data.get("in_hospital"))
        for data in casebook.rows("VIS")
        if data.get("visit_date") and data.get("in_hospital")
    ]
    return not answers or max(answers)[1] == YesNo.YES


def has_withdrawn(casebook: Casebook, plan: Schedule) -> bool:
    """Withdrawn from visits or everything, or consent to go on refused."""
    since = plan.course.withdrawn_on(*NO_VISITS)
    refused: bool = casebook.fact("has_refused_to_go_on")
    return refused or since is not None


def at_site(day: date) -> datetime:
    return datetime.combine(day, SETTINGS.send_at, SITE_TZ)


def _days(count: int) -> timedelta:
    return timedelta(days=count)
