"""Reads of schedules and laboratories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.audit.models import Confidentiality
from record.casebook.access import reaches, within_reach
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from record.review.models import Signature
from trial_edc import clock
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.logs.vocabulary import Hospital
from visits.models import Stay
from visits.schedule import rules
from visits.schedule.facts import (
    FORMS,
    Schedule,
    Visit,
    infusion_visit,
    is_refused_for_good,
    schedule_of,
)
from visits.schedule.vocabulary import NotDoneReason


def schedule(participant: Participant) -> Schedule:
    """Return where every visit of a participant stands now."""
    return schedules([participant])[participant.pk]


def schedules(participants: Iterable[Participant]) -> dict[int, Schedule]:
    """Return the schedules of many participants by key.

    One select for the forms, and one for signatures if an infusion 1 was refused for
    good, however many participants there are.
    """
    people = list(participants)
    return schedules_of(people, casebooks_of(people, FORMS))


def schedules_of(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook]
) -> dict[int, Schedule]:
    """Return schedules from casebooks already read; at most one select more."""
    people = [person.pk for person in participants]
    signed = _no_go_signed({pk: casebooks[pk] for pk in people})
    now = clock.now()
    return {
        pk: schedule_of(casebooks[pk], now, no_go_signed=pk in signed) for pk in people
    }


def _no_go_signed(casebooks: Mapping[int, Casebook]) -> set[int]:
    """Return whose final refusal of infusion 1 is signed and still stands."""
    requests = {
        request.form_id: pk
        for pk, casebook in casebooks.items()
        if is_refused_for_good(casebook, 1)
        if (request := casebook.one("IRQ", infusion_visit(1)))
    }
    if not requests:
        return set()
    given = Signature.objects.filter(form__in=requests, withdrawn_at=None)
    return {
        requests[one.form_id]
        for one in given.select_related("form")
        if one.form and one.holds_for(one.form)
    }


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
    """Return the form of the visit record; raises `DoesNotExist`."""
    return FormInstance.objects.get(
        participant=participant,
        code="VIS",
        visit=visit,
        visit_number=number,
        struck_at=None,
    )


def visit_forms(participant: Participant) -> QuerySet[FormInstance]:
    """Return the forms that hang at the visits of the schedule after screening.

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
