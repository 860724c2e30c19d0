"""One person gets one allocation, whichever way a second number came about."""

import re

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from enrollment.identity import services as identity
from enrollment.models import IdentityQuestion, PersonKey
from enrollment.vocabulary import IdentityAnswer
from randomization.allocation.problems import NotReady
from randomization.allocation.services import randomize
from randomization.models import Allocation
from record.audit.attribution import Reason
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.values import MissingCode
from tests.people import PASSWORD, person
from tests.randomization import stage
from tests.randomization.allocation.test_concurrency import at_once

pytestmark = [pytest.mark.verifies("RND-12"), pytest.mark.django_db]


def contact(person: Participant, hospital_no: object) -> None:
    form = stage.form_of(person, "CTC")
    save(form, {"hospital_no": hospital_no}, by=stage.colleague("CO"))


def refusals(person: Participant) -> list[str]:
    with pytest.raises(NotReady) as refusal:
        randomize(person, by=stage.colleague("CO"))
    return [f"{one.message} {one.detail}".strip() for one in refusal.value.obstacles]


def undecided(number: str) -> str:
    who = "An investigator has to decide whether this is the same person as"
    return f"{who} {number}"


@pytest.fixture
def first(db: None) -> Participant:
    """Somebody who was randomized, whose hospital number is 0012345."""
    del db
    stage.open_study()
    person = stage.ready()
    contact(person, "0012345")
    randomize(person, by=stage.colleague("CO"))
    return person


NO_KEY = "No hospital number is on record; enter it as contact details."


@pytest.mark.parametrize("nothing", ["", MissingCode.UNKNOWN])
def test_nobody_is_randomized_without_a_hospital_number(nothing: object) -> None:
    stage.open_study()
    person = stage.ready()
    contact(person, nothing)

    assert refusals(person) == [NO_KEY]
    contact(person, "ZY-1")
    assert randomize(person, by=stage.colleague("CO")).slot.sequence == 1


@pytest.mark.parametrize("spelling", ["12345", "ZY 12345", "OO12345", "０12345."])
def test_a_second_spelling_waits_for_an_investigator(
    first: Participant, spelling: str
) -> None:
    second = stage.ready()
    contact(second, spelling)

    assert refusals(second) == [undecided(first.number)]


def test_a_refused_number_that_is_ignored_stops_the_second(first: Participant) -> None:
    second = stage.ready()
    with pytest.raises(SaveRefused):
        contact(second, "００-12345")

    assert refusals(second) == [undecided(first.number)]


def test_the_same_birth_date_and_sex_stops_the_second(first: Participant) -> None:
    second = stage.ready()
    born, why = {"birth_date": stage.birth_of(first)}, Reason("wrong", "Misread.")
    investigator = stage.colleague("IN")
    form = stage.form_of(second, "DEM")
    save(form, born, by=investigator, reasons={"birth_date": why})
    stage.confirm(second)

    assert refusals(second) == [undecided(first.number)]


def decide(answer: IdentityAnswer) -> None:
    investigator = stage.colleague("IN")
    identity.decide(
        IdentityQuestion.objects.get(),
        answer=answer,
        reason="Both were seen.",
        proof=stage.proof_of(investigator),
        by=investigator,
    )


def test_two_persons_are_both_randomized(first: Participant) -> None:
    second = stage.ready()
    contact(second, "12345")

    decide(IdentityAnswer.DIFFERENT)

    assert randomize(second, by=stage.colleague("CO")).slot.sequence == 2


def test_one_person_is_not_randomized_again(first: Participant) -> None:
    second = stage.ready()
    contact(second, "12345")

    decide(IdentityAnswer.SAME)

    same = "An investigator decided that this is the same person as"
    assert refusals(second) == [f"{same} {first.number}"]


def test_of_two_numbers_the_earlier_may_go_on_until_the_later_is_randomized(
    db: None,
) -> None:
    stage.open_study()
    earlier, later = stage.ready(), stage.ready()
    randomize(later, by=stage.colleague("CO"))
    contact(earlier, "00777")
    contact(later, "777")

    assert refusals(earlier) == [undecided(later.number)]


def test_one_person_randomized_twice_is_an_important_deviation(
    first: Participant,
) -> None:
    second = stage.randomized_participant()
    contact(second, "12345")

    decide(IdentityAnswer.SAME)

    form = FormInstance.objects.get(participant=second, code="DEV")
    values = stage.values_of(form)
    assert values["category"] == "randomisation"
    assert first.number in values["description"]


def test_the_page_compares_two_people_and_takes_the_signed_answer(
    first: Participant,
) -> None:
    second = stage.ready()
    contact(second, "12345")
    page = reverse("enrollment:identity", args=[second.number])
    coordinator, investigator = Client(), Client()
    coordinator.force_login(stage.colleague("CO"))
    judge = person("IN", username="judge", password=PASSWORD)
    investigator.force_login(judge)
    typed = {
        "question": IdentityQuestion.objects.get().pk,
        "answer": "different",
        "reason": "",
        "username": judge.username,
        "password": PASSWORD,
    }

    seen = coordinator.get(page)
    eligibility = coordinator.get(
        reverse("enrollment:eligibility", args=[second.number])
    )
    refused = investigator.post(page, typed)
    work = investigator.get("/").text
    signed = investigator.post(page, {**typed, "reason": "Two identity cards."})

    assert "Sign the decision" not in seen.text
    assert coordinator.post(page, typed).status_code == 403
    assert f'same person as\n            <span class="number">{first.number}' in (
        eligibility.text
    )
    assert "12345" not in re.sub(r"<[^>]*>", "", seen.text)
    assert "This field is required." in refused.text
    assert f"The same person as {first.number}?" in work
    assert signed.status_code == 302
    assert "Two identity cards." in investigator.get(page).text
    assert f"The same person as {first.number}?" not in investigator.get("/").text


@pytest.mark.django_db(transaction=True)
@pytest.mark.real_clock
@pytest.mark.slow
def test_two_coordinators_at_once_give_one_number_to_one_person() -> None:
    first, second = stage.eligible(), stage.eligible()
    stage.colleague("CO")
    connections.close_all()

    problems = at_once(
        lambda: contact(first, "ZY-12345"), lambda: contact(second, "zy12345")
    )

    assert [type(problem) for problem in problems] == [SaveRefused], problems
    digests = PersonKey.objects.filter(replaced_at=None).values_list("digest")
    assert len(set(digests)) == len(digests)
    question = IdentityQuestion.objects.get()
    assert (question.earlier_id, question.participant_id) == (first.pk, second.pk)


@pytest.mark.django_db(transaction=True)
@pytest.mark.real_clock
@pytest.mark.slow
def test_two_numbers_that_become_one_person_at_once_give_one_allocation() -> None:
    stage.open_study()
    first, second = stage.ready(), stage.ready()
    coordinator = stage.colleague("CO")
    connections.close_all()

    at_once(
        lambda: contact(second, "ZY-0012345"),
        lambda: contact(first, "ZY-12345"),
        lambda: randomize(first, by=coordinator),
        lambda: randomize(second, by=coordinator),
    )
    for each in (first, second):
        at_once(lambda who=each: randomize(who, by=coordinator))

    # After the numbers met, only the earlier goes on, and only as the one allocation.
    asked_at = IdentityQuestion.objects.get().asked_at
    in_order = Allocation.objects.order_by("randomised_at")
    for place, allocation in enumerate(in_order):
        if allocation.randomised_at > asked_at:
            assert (place, allocation.participant_id) == (0, first.pk)
