"""The hospital number tells that two entries are one person, and is never in clear."""

import importlib
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from enrollment.identity.selectors import participant_with_hospital_no
from enrollment.models import PersonKey
from enrollment.problems import AlreadyApproached
from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.vault import Purpose, keyed_hash
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import Participant
from tests.enrollment import factories


def contact(person: Participant, by: User, hospital_no: str) -> None:
    values = {
        "name": "王小明",
        "hospital_no": hospital_no,
        "phones": [{"number": "138 0000 1234", "owner": "participant", "works": "Y"}],
    }
    save(factories.data(person, "CTC"), values, by=by, complete=True)


def test_the_hospital_number_finds_the_same_person(coordinator: User) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "zy 12345")

    with pytest.raises(AlreadyApproached) as refusal:
        factories.approached(coordinator, hospital_no="ZY12345")

    assert refusal.value.participant == person
    assert Participant.objects.count() == 1


def test_one_hospital_number_belongs_to_one_person(coordinator: User) -> None:
    first = factories.consented(coordinator)
    second = factories.consented(coordinator)
    contact(first, coordinator, "ZY12345")

    with pytest.raises(SaveRefused) as refusal:
        contact(second, coordinator, "ZY12345")

    assert [finding.check_id for finding in refusal.value.findings] == ["CTC-03"]


def test_contact_details_stand_nowhere_in_clear(coordinator: User) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "ZY12345")

    audit_text = "".join(f"{e.changes}{e.reasons}" for e in Entry.objects.all())
    key = PersonKey.objects.get()
    assert "王小明" not in audit_text
    assert "12345" not in audit_text + key.digest
    entries = Entry.objects.filter(table_name="enrollment_personkey")
    assert [entry.confidentiality for entry in entries] == ["identity"]


SPELLINGS = [
    "ＺＹ１２３４５",
    "zy\u200b12345",
    "ZY–12345",
    "zy-123 45",
    "\ufeffzy12345\u00a0",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_person_is_found_however_the_number_is_written(
    coordinator: User, spelling: str
) -> None:
    person = factories.consented(coordinator)
    contact(person, coordinator, "ZY-12345")
    other = factories.consented(coordinator)

    with pytest.raises(AlreadyApproached) as refusal:
        factories.approached(coordinator, hospital_no=spelling)
    with pytest.raises(SaveRefused) as refused:
        contact(other, coordinator, spelling)

    assert refusal.value.participant == person
    assert [finding.check_id for finding in refused.value.findings] == ["CTC-03"]


def upgrade() -> None:
    name = "enrollment.migrations.0007_folded_hospital_numbers"
    fold = importlib.import_module(name).fold
    fold(apps, SimpleNamespace(connection=connection))


def give_former_key(person: Participant, coordinator: User, number: str) -> PersonKey:
    """As it was before: only blanks were dropped, and small letters made capital."""
    contact(person, coordinator, number)
    key = PersonKey.objects.get(participant=person)
    key.digest = keyed_hash(Purpose.IDENTITY, "".join(number.split()).upper())
    with attributed(by=coordinator, via=Source.COMMAND):
        key.save(update_fields=("digest",))
    return key


def test_an_upgrade_folds_the_keys_that_exist(coordinator: User) -> None:
    person = factories.consented(coordinator)
    give_former_key(person, coordinator, "ＺＹ－１２３４５")
    assert participant_with_hospital_no("ZY12345") is None

    upgrade()

    last = Entry.objects.filter(table_name="enrollment_personkey").last()
    assert participant_with_hospital_no("ZY12345") == person
    assert last is not None
    assert (last.actor, last.confidentiality) == ("process:upgrade", "identity")


def test_an_upgrade_names_two_participants_with_one_number(
    coordinator: User, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = (factories.consented(coordinator) for _n in range(2))
    give_former_key(first, coordinator, "ZY-12345")
    give_former_key(second, coordinator, "ＺＹ－１２３４５")

    upgrade()

    assert participant_with_hospital_no("zy12345") == first
    assert capsys.readouterr().out == (
        f"One hospital number: {first.number} and {second.number}.\n"
    )
