"""The page on which an investigator compares two participants."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from enrollment.identity.selectors import CODES, questions_of
from enrollment.models import IdentityQuestion
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebooks_of
from trial_edc.vocabulary import Sex


@dataclass(frozen=True)
class ComparedPerson:
    """What tells two people apart; the name stays on the contact details."""

    participant: Participant
    approached_at: datetime | None
    born_on: date | None
    sex: str
    contact_id: int | None  # of the form that has the hospital number


@dataclass(frozen=True)
class IdentityPage:
    """The questions about a participant, and the people they compare."""

    people: Sequence[ComparedPerson]
    questions: Sequence[IdentityQuestion]

    @property
    def undecided(self) -> list[IdentityQuestion]:
        return [question for question in self.questions if not question.answer]

    def chosen(self, key: str) -> IdentityQuestion | None:
        """The question to answer: the one asked for, else the first undecided."""
        by_key = {str(question.pk): question for question in self.questions}
        return by_key.get(key) or next(iter(self.undecided), None)


def identity_page(participant: Participant) -> IdentityPage:
    questions = list(questions_of(participant))
    pairs = [(question.earlier, question.participant) for question in questions]
    people = {participant.pk: participant}
    people |= {person.pk: person for pair in pairs for person in pair}
    casebooks = casebooks_of(people.values(), CODES)
    contacts = dict(
        FormInstance.objects.filter(participant__in=people, code="CTC").values_list(
            "participant", "pk"
        )
    )
    compared = [
        ComparedPerson(
            person,
            casebooks[pk].value("SCN", "approached_at"),
            casebooks[pk].value("DEM", "birth_date"),
            Sex(sex).label if (sex := casebooks[pk].fact("sex")) else "",
            contacts.get(pk),
        )
        for pk, person in sorted(people.items())
    ]
    return IdentityPage(compared, questions)
