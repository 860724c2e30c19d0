"""Reads of schedules, and who sees them."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.accounts.roles import Limit, Permission
from record.audit.models import Confidentiality
from record.casebook.access import reaches, within_reach
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.selectors import casebooks_of, stored_form_data
from record.review.models import Signature
from trial_edc import clock
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.facts import (
    DATED_LOGS,
    VISIT_FORMS,
    VisitsOnRecord,
    begun_visits,
    days_on_record,
)
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
    return schedules([participant])[participant.pk]


def schedules(participants: Iterable[Participant]) -> dict[int, Schedule]:
    """Schedules by the key of the participant.

    One select for the forms, one for signatures if an infusion 1 was refused for good,
    and two if a visit is late, however many participants there are.
    """
    people = list(participants)
    return schedules_of(people, casebooks_of(people, FORMS))


def whole_schedules(casebooks: Mapping[int, Casebook]) -> dict[int, Schedule]:
    """Schedules with what is on record of every visit, be it late today or not."""
    return _planned(casebooks, _with_signed_no_go(casebooks), _on_record(casebooks))


def schedule_by_dates(participant: Participant) -> Schedule:
    """For due dates and deviations, which ask nothing of what else is on record."""
    casebooks = casebooks_of([participant], FORMS)
    return _planned(casebooks, _with_signed_no_go(casebooks), {})[participant.pk]


def schedules_of(
    participants: Iterable[Participant], casebooks: Mapping[int, Casebook]
) -> dict[int, Schedule]:
    """Schedules from casebooks already read; at most three selects more.

    What is on record of visits is read of those alone who have a late one.
    """
    own = {person.pk: casebooks[person.pk] for person in participants}
    signed = _with_signed_no_go(own)
    plans = _planned(own, signed, {})
    late = {pk: own[pk] for pk, plan in plans.items() if plan.has_late_visit}
    return plans | _planned(late, signed, _on_record(late))


def _planned(
    casebooks: Mapping[int, Casebook],
    signed: Container[int],
    on_record: Mapping[int, VisitsOnRecord],
) -> dict[int, Schedule]:
    now, nothing = clock.now(), VisitsOnRecord()
    return {
        pk: schedule_of(
            casebook,
            now,
            no_go_signed=pk in signed,
            on_record=on_record.get(pk, nothing),
        )
        for pk, casebook in casebooks.items()
    }


def _on_record(casebooks: Mapping[int, Casebook]) -> dict[int, VisitsOnRecord]:
    """Of forms that no schedule reads, the status says whether they are begun."""
    if not casebooks:
        return {}
    begun = {
        pk: set(begun_visits(casebook, *SCHEDULING_FORMS))
        for pk, casebook in casebooks.items()
    }
    forms = FormInstance.objects.filter(
        participant__in=casebooks,
        code__in=set(VISIT_FORMS).difference(SCHEDULING_FORMS),
        status__in=(FormStatus.DRAFT, FormStatus.COMPLETE),
        struck_at=None,
    )
    for pk, visit in forms.values_list("participant_id", "visit").distinct():
        begun[pk].add(visit)
    logs: dict[int, list[FormData]] = {pk: [] for pk in casebooks}
    for pk, data in stored_form_data(casebooks, DATED_LOGS):
        logs[pk].append(data)
    return {
        pk: VisitsOnRecord(frozenset(begun[pk]), days_on_record(Casebook.of(rows)))
        for pk, rows in logs.items()
    }


SCHEDULING_FORMS = tuple(code for code in VISIT_FORMS if code in FORMS)


def _with_signed_no_go(casebooks: Mapping[int, Casebook]) -> set[int]:
    """Keys of participants whose final refusal of infusion 1 is signed and stands."""
    requests = {
        request.form_id: pk
        for pk, casebook in casebooks.items()
        if is_refused_for_good(casebook, 1)
        if (request := casebook.one("IRQ", infusion_visit(1)))
    }
    if not requests:
        return set()
    signatures = Signature.objects.filter(form__in=requests, withdrawn_at=None)
    return {
        requests[signature.form_id]
        for signature in signatures.select_related("form")
        if signature.form and signature.holds_for(signature.form)
    }


@reaches(Limit.IN_PATIENTS)
def in_patients() -> QuerySet[Participant]:
    """Without any stay on record a participant counts as still in hospital.

    The code says nothing more, but finds the forms of one person by index.
    """
    stays = Stay.objects.filter(
        form__participant=OuterRef("pk"),
        form__code="STY",
        form__struck_at=None,
        hospital=Hospital.OURS,
    )
    return Participant.objects.filter(
        Exists(stays.filter(out_at=None)) | ~Exists(stays)
    )


def visit_record(participant: Participant, visit: str, number: int = 0) -> FormInstance:
    """The form of the visit record; raises `DoesNotExist`."""
    return FormInstance.objects.get(
        participant=participant,
        code="VIS",
        visit=visit,
        visit_number=number,
        struck_at=None,
    )


def visit_forms(participant: Participant) -> QuerySet[FormInstance]:
    """The forms of the scheduled visits after screening.

    The product record is none of them: it is due when its infusion is planned.
    """
    codes = [code for code in VisitCode if code not in _NO_FIXED_DAY]
    return FormInstance.objects.filter(
        participant=participant, visit__in=codes, struck_at=None
    ).exclude(confidentiality=Confidentiality.RESTRICTED)


_NO_FIXED_DAY = (VisitCode.SCREENING, VisitCode.UNSCHEDULED, VisitCode.END_OF_STUDY)


# These roles reach a participant only through forms of their own.
THROUGH_OWN_FORMS = (Limit.SAFETY_FORMS, Limit.INFUSION_TIMES)


def reads_schedules(user: User) -> bool:
    """Whether the role reads whole casebooks, and so the schedule."""
    limit = user.limit(Permission.READ_CASEBOOK)
    return user.may(Permission.READ_CASEBOOK) and limit not in THROUGH_OWN_FORMS


def participants_visible_to(user: User) -> QuerySet[Participant]:
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
        """Only what staff marked can be taken back."""
        return self.visit.state.reason == rules.StatusReason.MARKED

    @property
    def may_be_missed(self) -> bool:
        """It is near or has passed; an unscheduled visit may be marked at any time."""
        if self.record is None or self.visit.code == VisitCode.SCREENING:
            return False
        if self.visit.code == VisitCode.UNSCHEDULED:
            return self.visit.status == VisitStatus.NOT_SCHEDULED
        return self.visit.status in MARKABLE and not self.is_marked_missed

    @property
    def reason(self) -> str:
        """Why it has its status, where more than its window decides; else empty."""
        missed = self.visit.missed_reason
        if missed:
            return gettext(NotDoneReason(missed).label)
        return gettext(self.visit.state.reason.label) if self.visit.state.reason else ""


def schedule_rows(participant: Participant, plan: Schedule) -> list[ScheduleRow]:
    records = FormInstance.objects.filter(
        participant=participant, code="VIS", struck_at=None
    )
    record_at = {(form.visit, form.visit_number): form for form in records}
    return [
        ScheduleRow(
            visit,
            record_at.get((visit.code.value, visit.number)),
            visit.days_left(plan.today),
        )
        for visit in plan.visits
    ]
