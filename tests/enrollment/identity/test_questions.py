"""What may be one person under two numbers is asked, and stays asked."""

import importlib
import re
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from enrollment.identity import services as identity
from enrollment.identity.selectors import (
    Doubts,
    doubts_about,
    has_person_key,
    participant_with_hospital_no,
)
from enrollment.models import IdentityQuestion, PersonKey
from enrollment.problems import AlreadyApproached, EnrollmentRefused
from record.accounts.models import User
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.casebook.values import MissingCode
from tests.enrollment import factories
from trial_edc import clock
from trial_edc.locks import TransactionLock

NUMBER, BIRTH, REGISTRATION = "hospital_number", "birth_and_sex", "registration"
pytestmark = pytest.mark.verifies("RND-12")


def contact(person: Participant, by: User, hospital_no: object) -> None:
    save(factories.data(person, "CTC"), {"hospital_no": hospital_no}, by=by)


def born(person: Participant, by: User, on: str, sex: str = "M") -> None:
    save(factories.data(person, "DEM"), {"birth_date": on, "sex": sex}, by=by)


def pair(by: User) -> tuple[Participant, Participant]:
    return factories.consented(by), factories.consented(by)


def questions() -> list[tuple[str, str, str, str]]:
    found = IdentityQuestion.objects.select_related("participant", "earlier")
    return [(q.participant.number, q.earlier.number, q.ground, q.answer) for q in found]


def answer(question: IdentityQuestion, by: User, answer: str, why: str = "ID cards"):
    proof = ReAuthenticated(by.pk, clock.now())
    return identity.decide(question, answer=answer, reason=why, proof=proof, by=by)


@pytest.mark.parametrize("spelling", ["0012345", "ZY12345", "ZY/12345", "Ol2345"])
def test_a_number_like_anothers_is_stored_and_asked_about(
    coordinator: User, spelling: str
) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "12345")

    contact(second, coordinator, spelling)

    assert has_person_key(second)
    assert questions() == [(second.number, first.number, NUMBER, "")]
    assert doubts_about(second).undecided == (first.number,)
    assert doubts_about(first).undecided == ()


def test_a_refused_number_is_asked_about_though_nothing_was_saved(
    coordinator: User,
) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "ZY-12345")

    with pytest.raises(SaveRefused):
        contact(second, coordinator, "zy12345")
    contact(second, coordinator, "ZY-99001")

    assert questions() == [(second.number, first.number, NUMBER, "")]
    last = Entry.objects.filter(table_name="enrollment_identityquestion").last()
    assert last is not None
    assert (last.actor, last.confidentiality, last.participant_id) == (
        coordinator.username,
        "identity",
        second.pk,
    )


def test_a_key_that_was_replaced_still_finds_its_person(coordinator: User) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "ZY-12345")
    contact(first, coordinator, "ZY-777")

    contact(second, coordinator, "ZY-12345")

    assert participant_with_hospital_no("ZY12345") == second
    assert questions() == [(second.number, first.number, NUMBER, "")]


@pytest.mark.parametrize("nothing", ["", MissingCode.UNKNOWN])
def test_a_number_taken_away_leaves_no_key(coordinator: User, nothing: object) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "ZY-12345")

    contact(person, coordinator, nothing)

    assert not has_person_key(person)
    assert PersonKey.objects.filter(participant=person).count() == 1


def test_same_birth_date_and_sex_is_asked_about_once(coordinator: User) -> None:
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-16")
    born(second, coordinator, "1970-03-15")

    assert questions() == [(second.number, first.number, BIRTH, "")]


@pytest.mark.parametrize(("on", "sex"), [("1970-03-16", "M"), ("1970-03-15", "F")])
def test_another_birth_date_or_sex_is_not(coordinator: User, on: str, sex: str) -> None:
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, on, sex)

    assert questions() == []


def test_only_people_met_within_the_window_are_compared(coordinator: User) -> None:
    with clock.shifted(timedelta(days=-95)):
        first = factories.consented(coordinator)
        born(first, coordinator, "1970-03-15")
    second = factories.consented(coordinator)
    born(second, coordinator, "1970-03-15")
    assert questions() == []

    nearer = clock.now() - timedelta(days=60)
    save(factories.data(first, "SCN"), {"approached_at": nearer}, by=coordinator)

    assert questions() == [(second.number, first.number, BIRTH, "")]


def test_an_approach_typed_for_long_ago_hides_nobody(coordinator: User) -> None:
    first = factories.consented(coordinator)
    born(first, coordinator, "1970-03-15")
    long_ago = clock.now() - timedelta(days=400)
    second = factories.approached(coordinator, approached_at=long_ago)
    factories.consent(second, coordinator)

    born(second, coordinator, "1970-03-15")

    assert questions() == [(second.number, first.number, BIRTH, "")]


def register(by: User, **values: object) -> Participant:
    return factories.approached(by, **values)


def test_who_is_registered_after_a_refusal_on_the_same_page_is_asked_about(
    coordinator: User,
) -> None:
    first, page = factories.consented(coordinator), uuid4()
    contact(first, coordinator, "ZY-12345")
    with pytest.raises(AlreadyApproached):
        register(coordinator, hospital_no="ZY12345", client_key=page)

    again = register(coordinator, client_key=page, sex="F", age_years=19)

    assert questions() == [(again.number, first.number, REGISTRATION, "")]


def test_who_is_like_a_refused_registration_is_asked_about(coordinator: User) -> None:
    first = factories.consented(coordinator)
    contact(first, coordinator, "ZY-12345")
    with pytest.raises(AlreadyApproached):
        register(coordinator, hospital_no="ZY12345", sex="M", age_years=57)

    register(coordinator, sex="F", age_years=57)
    register(coordinator, sex="M", age_years=60)
    alike = register(coordinator, sex="M", age_years=58)

    assert questions() == [(alike.number, first.number, REGISTRATION, "")]


def test_a_registration_with_a_number_like_anothers_is_asked_about(
    coordinator: User,
) -> None:
    first = factories.consented(coordinator)
    contact(first, coordinator, "12345")

    second = register(coordinator, hospital_no="0012345")

    assert questions() == [(second.number, first.number, NUMBER, "")]


def test_two_persons_go_on_and_one_person_does_not(
    coordinator: User, investigator: User
) -> None:
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-15")
    question = IdentityQuestion.objects.get()

    answer(question, investigator, "same")
    assert doubts_about(second).same == (first.number,)

    signed = answer(question, investigator, "different", "Two identity cards seen.")
    assert [doubts_about(person) for person in (first, second)] == [
        Doubts(undecided=(), same=(), compared=(second.number,)),
        Doubts(undecided=(), same=(), compared=(first.number,)),
    ]
    assert (signed.signer_name, signed.signer_role, signed.reason) == (
        "Zhao Min",
        "IN",
        "Two identity cards seen.",
    )
    born(second, coordinator, "1970-03-15", "F")
    born(second, coordinator, "1970-03-15", "M")
    assert questions() == [(second.number, first.number, BIRTH, "different")]


def test_only_an_investigator_decides_with_a_password_and_a_reason(
    coordinator: User, investigator: User
) -> None:
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-15")
    question = IdentityQuestion.objects.get()

    with pytest.raises(PermissionDenied):
        answer(question, coordinator, "different")
    with pytest.raises(EnrollmentRefused):
        answer(question, investigator, "different", " \u200b")
    with pytest.raises(EnrollmentRefused):
        answer(question, investigator, "perhaps")
    old = ReAuthenticated(investigator.pk, clock.now() - timedelta(minutes=6))
    with pytest.raises(IdentityNotConfirmed):
        identity.decide(question, answer="same", reason="x", proof=old, by=investigator)

    assert questions() == [(second.number, first.number, BIRTH, "")]


def test_an_answer_is_not_dated_before_its_question_or_the_answer_before(
    coordinator: User, investigator: User
) -> None:
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-15")
    question = IdentityQuestion.objects.get()

    with clock.shifted(timedelta(minutes=-5)):
        earlier = answer(question, investigator, "same")
    with clock.shifted(timedelta(minutes=-10)):
        later = answer(question, investigator, "different")

    times = [question.asked_at, earlier.at, later.at]
    assert times == sorted(times)


def test_who_decides_waits_for_both_people_before_the_lock_of_all(
    coordinator: User, investigator: User
) -> None:
    """As a save does: in another order two people would wait for each other."""
    first, second = pair(coordinator)
    born(first, coordinator, "1970-03-15")
    born(second, coordinator, "1970-03-15")

    with CaptureQueriesContext(connection) as statements:
        answer(IdentityQuestion.objects.get(), investigator, "same")

    locks = [
        re.sub(r".*(?=\()|.* = (?=\d+ )| LIMIT.*| FOR NO KEY UPDATE", "", sql["sql"])
        for sql in statements
        if "FOR NO KEY UPDATE" in sql["sql"] or "advisory" in sql["sql"]
    ]
    number = f"({TransactionLock.IDENTITIES:d})"
    assert locks[:3] == [str(first.pk), str(second.pk), number]


def test_the_database_keeps_one_person_a_key(coordinator: User) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "ZY-12345")
    digest = PersonKey.objects.get().digest

    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        attributed(by=coordinator, via=Source.COMMAND),
    ):
        PersonKey.objects.create(participant=second, digest=digest)


def test_a_participant_keeps_the_number_whoever_writes(coordinator: User) -> None:
    person = factories.consented(coordinator)

    with (
        pytest.raises(DatabaseError, match="keeps the number for ever"),
        transaction.atomic(),
        attributed(by=coordinator, via=Source.COMMAND),
    ):
        Participant.objects.filter(pk=person.pk).update(number="S-099X")

    person.refresh_from_db()
    assert person.number != "S-099X"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_keys_outlive_a_rotation(coordinator: User, settings) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "12345")
    settings.VAULT_KEYS = [Fernet.generate_key().decode(), *settings.VAULT_KEYS]

    call_command("rotate_keys")

    contact(second, coordinator, "0012345")
    assert participant_with_hospital_no("１２３４５") == first
    assert questions() == [(second.number, first.number, NUMBER, "")]


def test_an_upgrade_lets_former_keys_be_found_by_other_spellings(
    coordinator: User,
) -> None:
    first, second = pair(coordinator)
    contact(first, coordinator, "12345")
    with attributed(by=coordinator, via=Source.COMMAND):
        PersonKey.objects.update(similar=[])
    fill = importlib.import_module("enrollment.migrations.0009_similar_keys").fill

    fill(apps, SimpleNamespace(connection=connection))
    contact(second, coordinator, "0012345")

    assert questions() == [(second.number, first.number, NUMBER, "")]
