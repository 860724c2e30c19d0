"""Reads of who is who: keys of persons, and questions that are open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from enrollment.identity.rules import are_alike, are_near, person_key, stops
from enrollment.identity.rules import similar_spellings as spellings
from enrollment.models import (
    Demographics,
    IdentityQuestion,
    PersonKey,
    RefusedRegistration,
)
from enrollment.vocabulary import IdentityAnswer
from record.audit.vault import Purpose, keyed_hash
from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, casebooks_of
from trial_edc import clock
from trial_edc.protocol import PROTOCOL

CODES = ("DEM", "SCN")


def hospital_no_digest(hospital_no: str) -> str:
    """The same for every way of writing it: width, case, spaces and dashes."""
    return keyed_hash(Purpose.IDENTITY, person_key(hospital_no))


def similar_digests(hospital_no: str) -> list[str]:
    """Apart from `hospital_no_digest`, so that neither is found among the other."""
    texts = spellings(person_key(hospital_no))
    return sorted(keyed_hash(Purpose.IDENTITY, f"similar {text}") for text in texts)


def participant_with_hospital_no(hospital_no: str) -> Participant | None:
    if not person_key(hospital_no):
        return None
    digest = hospital_no_digest(hospital_no)
    keys = PersonKey.objects.filter(digest=digest, replaced_at=None)
    key = keys.select_related("participant").first()
    return key.participant if key else None


def has_person_key(participant: Participant) -> bool:
    keys = PersonKey.objects.filter(participant=participant, replaced_at=None)
    return keys.exists()


def with_similar_number(
    hospital_no: str, *, other_than: Participant | None = None
) -> QuerySet[Participant]:
    """Whose number, now or once, is equal or alike."""
    keys = PersonKey.objects.filter(
        Q(digest=hospital_no_digest(hospital_no))
        | Q(similar__overlap=similar_digests(hospital_no))
    )
    people = Participant.objects.filter(pk__in=keys.values("participant"))
    return people.exclude(pk=other_than.pk) if other_than else people


def with_same_birth_and_sex(participant: Participant) -> list[Participant]:
    """Others of the same birth date and sex, met about the same time."""
    casebook = casebook_of(participant, *CODES)
    born_on, sex = casebook.value("DEM", "birth_date"), casebook.fact("sex")
    if born_on is None or sex is None:
        return []
    same_birth = Demographics.objects.filter(
        birth_date=born_on, form__struck_at=None
    ).exclude(form__participant=participant)
    others = Participant.objects.filter(pk__in=same_birth.values("form__participant"))
    casebooks = casebooks_of(others, CODES)
    return [
        other
        for other in others
        if casebooks[other.pk].fact("sex") == sex
        and are_near(
            _instants(participant, casebook),
            _instants(other, casebooks[other.pk]),
            days=PROTOCOL.identity.question_days,
        )
    ]


def _instants(participant: Participant, casebook: Casebook) -> list[Any]:
    """When the person was approached, and registered: no typed date hides that."""
    typed = (row.get("approached_at") for row in casebook.rows("SCN"))
    return [participant.created_at, *filter(None, typed)]


def refused_before(
    participant: Participant, client_key: object
) -> Iterable[Participant]:
    """Whose number was refused from the same page, or for somebody alike, of late."""
    since = clock.now() - timedelta(days=PROTOCOL.identity.question_days)
    refusals = RefusedRegistration.objects.filter(refused_at__gte=since)
    casebook = casebook_of(participant, "SCN")
    sex, age = casebook.value("SCN", "sex"), casebook.value("SCN", "age_years")
    for refusal in refusals.select_related("participant").order_by("id"):
        same_page = client_key is not None and refusal.client_key == client_key
        age_years = None if age is None else int(age)
        if same_page or are_alike(sex, age_years, refusal.sex, refusal.age_years):
            yield refusal.participant


@dataclass(frozen=True)
class Doubts:
    """Numbers of the people for whose sake somebody cannot be randomized.

    `compared`: those about whom it was asked, too, and who stop nothing.
    """

    undecided: Sequence[str]
    same: Sequence[str]
    compared: Sequence[str] = ()


def doubts_about(participant: Participant) -> Doubts:
    questions = list(questions_of(participant))
    doubtful = [one for one in questions if one.answer != IdentityAnswer.DIFFERENT]
    randomized = _randomized_among(_other(one, participant).pk for one in doubtful)
    numbers: Mapping[bool, dict[str, None]] = {True: {}, False: {}}
    for question in doubtful:
        other = _other(question, participant)
        if stops(
            is_later=question.participant_id == participant.pk,
            other_is_randomized=other.pk in randomized,
        ):
            numbers[bool(question.answer)][other.number] = None
    every = dict.fromkeys(_other(one, participant).number for one in questions)
    stopping = numbers[False] | numbers[True]
    return Doubts(
        undecided=tuple(numbers[False]),
        same=tuple(numbers[True]),
        compared=tuple(number for number in every if number not in stopping),
    )


def _randomized_among(keys: Iterable[int]) -> set[int]:
    forms = FormInstance.objects.filter(
        participant__in=list(keys), code="RAN", revision__gt=0
    )
    return set(forms.values_list("participant_id", flat=True))


def _other(question: IdentityQuestion, participant: Participant) -> Participant:
    is_later = question.participant_id == participant.pk
    return question.earlier if is_later else question.participant


def questions_of(participant: Participant) -> QuerySet[IdentityQuestion]:
    questions = IdentityQuestion.objects.select_related("participant", "earlier")
    return questions.filter(Q(participant=participant) | Q(earlier=participant))


def open_questions() -> QuerySet[IdentityQuestion]:
    questions = IdentityQuestion.objects.select_related("participant", "earlier")
    return questions.filter(answer="").order_by("asked_at", "pk")
