"""The hospital number tells that two entries are one person, and is never in clear."""

import pytest

from enrollment.models import PersonKey
from enrollment.problems import AlreadyApproached
from record.accounts.models import User
from record.audit.models import Entry
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
