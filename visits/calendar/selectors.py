"""Visits with a day, of all participants whose schedule a person may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from trial_edc import dates
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.schedule.facts import Schedule, Visit
from visits.schedule.selectors import in_patients, participants_visible_to, schedules

OWN_FORMS = ("SCN", "CNS", "VIS")  # those who enter them look after the participant
OVER = (VisitStatus.DONE, VisitStatus.MISSED)
NOT_PLANNED = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)


class ParticipantFilter(StrEnum):
    """Which participants a calendar shows."""

    ALL = ""
    IN_HOSPITAL = "in_hospital"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit with what somebody needs to plan a day."""

    participant: Participant
    visit: Visit
    record_id: int | None
    in_hospital: bool

    @property
    def appointment_at(self) -> datetime | None:
        return self.visit.appointment_at

    @property
    def label(self) -> str:
        number = f".{self.visit.number}" if self.visit.number else ""
        return f"{self.visit.code}{number}"

    @property
    def name(self) -> str:
        return gettext(self.visit.code.label)

    @property
    def opens(self) -> date | None:
        return self.visit.state.window.opens if self.visit.state.window else None

    @property
    def closes(self) -> date | None:
        return self.visit.closes_on

    @property
    def is_for_one_day(self) -> bool:
        return self.opens is not None and self.opens == self.closes

    @property
    def target(self) -> date | None:
        return self.visit.state.window.target if self.visit.state.window else None

    @property
    def day(self) -> date | None:
        """The day on which a calendar shows it."""
        appointment_on = site_date(self.appointment_at) if self.appointment_at else None
        return self.visit.done_on or appointment_on or self.target or self.closes

    @property
    def appointment_time(self) -> str:
        at = self.appointment_at
        return f"{at.astimezone(dates.SITE_TZ):%H:%M}" if at else ""

    @property
    def is_over(self) -> bool:
        return self.visit.status in OVER

    def is_possible_on(self, day: date) -> bool:
        if self.is_over or self.opens is None or self.closes is None:
            return False
        return self.opens <= day <= self.closes


@implements("CAL-01")
def planned_visits(
    user: User, whose: ParticipantFilter = ParticipantFilter.ALL
) -> list[PlannedVisit]:
    """Visits with a day, of all participants whose schedule a person may see now.

    Four selects and one of signatures at most, however many participants there are.
    """
    participants = list(_participants(user, whose))
    plans = schedules(participants)
    records = _records(participants)
    planned = (
        visit
        for participant in participants
        for visit in _planned(participant, plans[participant.pk], records)
    )
    return sorted(planned, key=_in_order)


def _participants(user: User, whose: ParticipantFilter) -> QuerySet[Participant]:
    forms = FormInstance.objects.filter(participant=OuterRef("pk"), struck_at=None)
    participants = participants_visible_to(user).filter(
        Exists(forms.filter(code="RAN"))
    )
    if whose == ParticipantFilter.IN_HOSPITAL:
        return participants.filter(pk__in=in_patients())
    if whose == ParticipantFilter.MINE:
        own = forms.filter(code__in=OWN_FORMS, saved_by=user)
        return participants.filter(Exists(own))
    return participants


def _records(participants: Iterable[Participant]) -> Mapping[tuple[int, str, int], int]:
    records = FormInstance.objects.filter(
        participant__in=participants, code="VIS", struck_at=None
    ).values_list("participant_id", "visit", "visit_number", "pk")
    return {
        (participant, visit, number): pk for participant, visit, number, pk in records
    }


def _planned(
    participant: Participant,
    plan: Schedule,
    records: Mapping[tuple[int, str, int], int],
) -> Iterator[PlannedVisit]:
    stays = plan.course.stays
    in_hospital = not stays or any(stay.out_on is None for stay in stays)
    for visit in plan.visits:
        place = participant.pk, visit.code.value, visit.number
        planned = PlannedVisit(participant, visit, records.get(place), in_hospital)
        if planned.day and _has_a_day_to_show(planned):
            yield planned


def _has_a_day_to_show(planned: PlannedVisit) -> bool:
    """An unscheduled visit is planned by its appointment alone."""
    if planned.visit.code == VisitCode.UNSCHEDULED:
        return True
    return (
        planned.visit.status not in NOT_PLANNED
        or planned.visit.state.due_at is not None
    )


def _in_order(planned: PlannedVisit) -> tuple[date, datetime, int, str]:
    never = datetime.max.replace(tzinfo=dates.SITE_TZ)
    day = planned.day or date.max
    return (
        day,
        planned.appointment_at or never,
        planned.participant.sequence,
        planned.label,
    )
