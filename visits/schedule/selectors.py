"""Reads of schedules and laboratories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.audit.models import Confidentiality
from record.casebook.access import reaches, within_reach
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import binder_of, binders_of
from record.casebook.sheets import Binder
from record.review.models import Signature
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.schedule import rules
from visits.deviations.facts import fell_away, visit_of_occasion
from visits.models import Laboratory, Stay
from visits.schedule.facts import (
    FORMS,
    Schedule,
    Visit,
    infusion,
    infusion_visit,
    is_refused_for_good,
    schedule_of,
)
from visits.logs.vocabulary import Hospital
from visits.schedule.vocabulary import NotDoneReason


def schedule(participant: Participant) -> Schedule:
    """Return where every visit of a participant stands now."""
    return schedules([participant])[participant.pk]


def schedules(participants: Iterable[Participant]) -> dict[int, Schedule]:
    """Return the schedules of many participants by key.

    One select for the sheets, and one for signatures if an infusion 1 was refused for
    good, however many participants there are.
    """
    people = list(participants)
    return schedules_of(people, binders_of(people, FORMS))


def schedules_of(
    participants: Iterable[Participant], binders: Mapping[int, Binder]
) -> dict[int, Schedule]:
    """Return schedules from binders already read; at most one select more."""
    people = [person.pk for person in participants]
    signed = _no_go_signed({pk: binders[pk] for pk in people})
    now = clock.now()
    return {
        pk: schedule_of(binders[pk], now, no_go_signed=pk in signed) for pk in people
    }


def _no_go_signed(binders: Mapping[int, Binder]) -> set[int]:
    """Return whose final refusal of infusion 1 is signed and still stands."""
    requests = {
        request.form_id: pk
        for pk, binder in binders.items()
        if is_refused_for_good(binder, 1)
        if (request := binder.one("IRQ", infusion_visit(1)))
    }
    if not requests:
        return set()
    given = Signature.objects.filter(form__in=requests, withdrawn_at=None)
    return {
        requests[one.form_id]
        for one in given.select_related("form")
        if one.form and one.holds_for(one.form)
    }


@dataclass(frozen=True, slots=True)
class WindowChange:
    """What another day 0 would do to one visit."""

    code: VisitCode
    before: rules.Window | None
    after: rules.Window | None
    done_on: date | None
    loses_ground: tuple[int, ...] = ()  # the numbers of its deviations

    @property
    def falls_out(self) -> bool:
        """Tell whether a visit already done would lie outside its window."""
        if self.done_on is None or self.after is None:
            return False
        return self.done_on not in self.after

    @property
    def deviations(self) -> str:
        """Say what people will be asked to decide; nothing is struck by itself."""
        if not self.loses_ground:
            return "—"
        numbers = ", ".join(f"DEV #{number}" for number in self.loses_ground)
        text = gettext("%(numbers)s loses its ground; people decide about it")
        return text % {"numbers": numbers}

    @property
    def moves(self) -> bool:
        """Tell whether the window changes."""
        return self.before != self.after


def preview_day0_change(
    participant: Participant, started_at: datetime | None
) -> list[WindowChange]:
    """Return every window as it is, and as another start of infusion 1 makes it.

    `started_at` None: infusion 1 has not started after all.
    """
    now = schedule(participant)
    course = replace(now.course, day0=started_at and site_date(started_at))
    groundless = _groundless(participant, started_at)
    changes = []
    for visit in now.visits:
        if visit.code in (VisitCode.SCREENING, VisitCode.UNSCHEDULED):
            continue
        after = rules.window(visit.code, course.anchor) if course.anchor else None
        lost = tuple(groundless.get(visit.code, ()))
        changes.append(
            WindowChange(visit.code, visit.state.window, after, visit.done_on, lost)
        )
    return changes


def _groundless(
    participant: Participant, started_at: datetime | None
) -> dict[str, list[int]]:
    """Return by visit the deviations that another start takes the ground from."""
    before = binder_of(participant, *FORMS, "DEV")
    record = infusion(before, 1)
    if record is None:
        return {}
    told = {**record.values, "started_at": started_at}
    after = before.with_sheet(replace(record, values=told))
    lost: dict[str, list[int]] = {}
    for row in before.rows("DEV"):
        if fell_away(row, after) and not fell_away(row, before):
            lost.setdefault(visit_of_occasion(row), []).append(row.occurrence)
    return lost


@reaches(Limit.IN_PATIENTS)
def in_patients() -> QuerySet[Participant]:
    """Return the participants in our hospital; without any stay nobody has left."""
    stays = Stay.objects.filter(
        form__participant=OuterRef("pk"), form__struck_at=None, hospital=Hospital.OURS
    )
    return Participant.objects.filter(
        Exists(stays.filter(out_at=None)) | ~Exists(stays)
    )


def visit_record(participant: Participant, visit: str, number: int = 0) -> FormInstance:
    """Return the sheet of the visit record; raises `DoesNotExist`."""
    return FormInstance.objects.get(
        participant=participant,
        code="VIS",
        visit=visit,
        visit_number=number,
        struck_at=None,
    )


def visit_sheets(participant: Participant) -> QuerySet[FormInstance]:
    """Return the sheets that hang at the visits of the schedule after screening.

    The product record is none of them: it is due when its infusion is planned.
    """
    codes = [code for code in VisitCode if code not in _NO_FIXED_DAY]
    return FormInstance.objects.filter(
        participant=participant, visit__in=codes, struck_at=None
    ).exclude(confidentiality=Confidentiality.RESTRICTED)


_NO_FIXED_DAY = (VisitCode.SCREENING, VisitCode.UNSCHEDULED, VisitCode.END_OF_STUDY)


# Who reads casebooks only through forms of their own.
ELSEWHERE = (Limit.SAFETY_FORMS, Limit.INFUSION_TIMES)


def reads_schedules(user: User) -> bool:
    """Tell whether the role reads casebooks as a whole, the schedule with them.

    Safety officers and product staff reach a participant through their own forms.
    """
    limit = user.limit(Permission.READ_CASEBOOK)
    return user.may(Permission.READ_CASEBOOK) and limit not in ELSEWHERE


def participants_visible_to(user: User) -> QuerySet[Participant]:
    """Return the participants whose schedule a person may see.

    A bedside nurse sees the in-patients.
    """
    if not reads_schedules(user):
        return Participant.objects.none()
    return within_reach(user, Participant.objects.all(), "pk")


MARKABLE = (
    VisitStatus.UPCOMING,
    VisitStatus.DUE,
    VisitStatus.OVERDUE,
    VisitStatus.MISSED,
)


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One line of the schedule page."""

    visit: Visit
    record: FormInstance | None
    days_left: int | None

    @property
    def label(self) -> str:
        """Return the words of the visit."""
        number = f" {self.visit.number}" if self.visit.number else ""
        return f"{gettext(self.visit.code.label)}{number}"

    @property
    def is_marked_missed(self) -> bool:
        """Tell whether staff marked it; only that can be taken back."""
        return self.visit.state.reason == rules.StatusReason.MARKED

    @property
    def may_be_missed(self) -> bool:
        """Tell whether it may be marked as missed: it is near, or has passed.

        An unscheduled visit at any time: one that came to nothing is settled so.
        """
        if self.record is None or self.visit.code == VisitCode.SCREENING:
            return False
        if self.visit.code == VisitCode.UNSCHEDULED:
            return self.visit.status == VisitStatus.NOT_SCHEDULED
        return self.visit.status in MARKABLE and not self.is_marked_missed

    @property
    def reason(self) -> str:
        """Return why it has its status, where more than its window decides."""
        missed = self.visit.missed_reason
        if missed:
            return gettext(NotDoneReason(missed).label)
        return gettext(self.visit.state.reason.label) if self.visit.state.reason else ""


def schedule_rows(participant: Participant, plan: Schedule) -> list[ScheduleRow]:
    """Return the lines of the schedule page, with the visit records."""
    records = FormInstance.objects.filter(
        participant=participant, code="VIS", struck_at=None
    )
    at = {(form.visit, form.visit_number): form for form in records}
    return [
        ScheduleRow(
            visit, at.get((visit.code.value, visit.number)), visit.days_left(plan.today)
        )
        for visit in plan.visits
    ]


def laboratories() -> QuerySet[Laboratory]:
    """Return the laboratories by name, with their ranges."""
    return Laboratory.objects.prefetch_related(
        "ranges__entered_by", "ranges__approved_by"
    )
