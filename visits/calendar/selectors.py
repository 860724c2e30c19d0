"""The visits that have a day, of everybody whose schedule a person may see."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext

from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import VisitCode, VisitStatus
from visits.schedule.facts import Schedule, Visit
from visits.schedule.selectors import in_patients, participants_visible_to, schedules

OWN_FORMS = ("SCN", "CNS", "VIS")  # who enters them looks after the participant
OVER = (VisitStatus.DONE, VisitStatus.MISSED)
IDLE = (VisitStatus.NOT_REQUIRED, VisitStatus.NOT_SCHEDULED)


class Whose(StrEnum):
    """Which participants a calendar shows."""

    ALL = ""
    IN_HOSPITAL = "in_hospital"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit with what somebody needs to know to plan a day."""

    participant: Participant
    visit: Visit
    record_id: int | None
    in_hospital: bool

    @property
    def appointment_at(self) -> datetime | None:
        return self.visit.appointment_at

    @property
    def label(self) -> str:
        """Return the code of the visit, with its number where there is one."""
        number = f".{self.visit.number}" if self.visit.number else ""
        return f"{self.visit.code}{number}"

    @property
    def words(self) -> str:
        return gettext(self.visit.code.label)

    @property
    def opens(self) -> date | None:
        return self.visit.state.window.opens if self.visit.state.window else None

    @property
    def closes(self) -> date | None:
        return self.visit.closes_on

    @property
    def target(self) -> date | None:
        return self.visit.state.window.target if self.visit.state.window else None

    @property
    def day(self) -> date | None:
        """Return the day on which it stands; None: it has none."""
        booked = site_date(self.appointment_at) if self.appointment_at else None
        return self.visit.done_on or booked or self.target or self.closes

    @property
    def appointment_time(self) -> str:
        at = self.appointment_at
        return f"{at.astimezone(clock.SITE_TZ):%H:%M}" if at else ""

    @property
    def is_over(self) -> bool:
        return self.visit.status in OVER

    def takes_in(self, day: date) -> bool:
        """Tell whether an awaited visit could be made on a day."""
        if self.is_over or self.opens is None or self.closes is None:
            return False
        return self.opens <= day <= self.closes


@implements("CAL-01")
def planned_visits(user: User, whose: Whose = Whose.ALL) -> list[PlannedVisit]:
    """Return the visits that have a day, of everybody whose schedule a person may see.

    As of now and by the rights of now; four selects and one of signatures at most,
    however many participants there are.
    """
    people = list(_people(user, whose))
    plans = schedules(people)
    records = _records(people)
    found = (
        one for person in people for one in _planned(person, plans[person.pk], records)
    )
    return sorted(found, key=_in_order)


def _people(user: User, whose: Whose) -> QuerySet[Participant]:
    forms = FormInstance.objects.filter(participant=OuterRef("pk"), struck_at=None)
    people = participants_visible_to(user).filter(Exists(forms.filter(code="RAN")))
    if whose == Whose.IN_HOSPITAL:
        return people.filter(pk__in=in_patients())
    if whose == Whose.MINE:
        own = forms.filter(code__in=OWN_FORMS, saved_by=user)
        return people.filter(Exists(own))
    return people


def _records(people: Iterable[Participant]) -> Mapping[tuple[int, str, int], int]:
    held = FormInstance.objects.filter(
        participant__in=people, code="VIS", struck_at=None
    ).values_list("participant_id", "visit", "visit_number", "pk")
    return {(person, visit, number): pk for person, visit, number, pk in held}


def _planned(
    person: Participant, plan: Schedule, records: Mapping[tuple[int, str, int], int]
) -> Iterator[PlannedVisit]:
    stays = plan.course.stays
    in_hospital = not stays or any(stay.out_on is None for stay in stays)
    for visit in plan.visits:
        place = person.pk, visit.code.value, visit.number
        one = PlannedVisit(person, visit, records.get(place), in_hospital)
        if one.day and _has_a_place(one):
            yield one


def _has_a_place(one: PlannedVisit) -> bool:
    """Tell whether a visit is planned; an unscheduled one is by its appointment."""
    if one.visit.code == VisitCode.UNSCHEDULED:
        return True
    return one.visit.status not in IDLE or one.visit.state.due_at is not None


def _in_order(one: PlannedVisit) -> tuple[date, datetime, int, str]:
    never = datetime.max.replace(tzinfo=clock.SITE_TZ)
    day = one.day or date.max
    return day, one.appointment_at or never, one.participant.sequence, one.label
