"""Randomizing: readiness, one slot each, the record, refusals, notices."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from randomization.allocation import selectors as allocation_selectors
from randomization.allocation.problems import NotReady
from randomization.allocation.rules.numbers import is_number
from randomization.allocation.services import declare_in_error, randomize
from randomization.lists import selectors as lists_selectors
from randomization.models import Allocation
from randomization.problems import ListExhausted, RandomizationRefused
from randomization.study import services as study
from randomization.vocabulary import StudyStatus
from record.accounts.roles import Permission as May
from record.accounts.roles import Role, has
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.notices.models import Message
from tests.people import STAGE, person
from tests.randomization import stage
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("opened")]


def acts(name):
    return list(Entry.objects.filter(act=name))


def fill(slots):
    """Use up slots with people who are nothing but numbers."""
    with attributed(by=STAGE, via=Source.COMMAND):
        for number in range(slots):
            someone = Participant.objects.create(
                sequence=1000 + number, number=f"S-{number}"
            )
            Allocation.objects.create(
                participant=someone,
                slot=lists_selectors.next_slot_for_update(),
                code=f"X-{number}",
                randomised_at=clock.now(),
                randomised_by=stage.colleague("CO"),
                screening_digest="",
            )


@pytest.mark.verifies("RAN-03", "RND-01")
def test_randomizing_takes_the_next_slot_and_freezes_the_screening():
    participant, coordinator = stage.ready(), stage.colleague("CO")

    allocation = randomize(participant, by=coordinator)

    form = FormInstance.objects.get(participant=participant, code="RAN")
    values = stage.values_of(form)
    lowest = FormInstance.objects.get(participant=participant, code="CRE", occurrence=1)
    assert allocation.slot.sequence == 1
    assert is_number(allocation.code)
    assert form.status == "complete"
    assert values == {
        "randomised_at": allocation.randomised_at.replace(second=0, microsecond=0),
        "randomised_by": coordinator.pk,
        "randomisation_no": allocation.code,
        "baseline_source": "d90",
        "baseline_umol_l": Decimal(80),
        "baseline_sample": lowest.pk,
        "screening_digest": allocation.screening_digest,
        "in_error": None,
        "in_error_reason": None,
    }
    [entry] = acts("randomised")
    assert (entry.actor, entry.participant_id) == ("co", participant.pk)
    assert entry.confidentiality == "open"


@pytest.mark.verifies("RAN-03", "RND-02")
def test_asking_twice_gives_the_same_slot():
    participant = stage.ready()
    first = randomize(participant, by=stage.colleague("CO"))

    again = randomize(participant, by=stage.colleague("PI"))

    assert again == first
    assert Allocation.objects.count() == 1
    assert len(acts("randomised")) == 1


@pytest.mark.verifies("RND-01")
def test_every_reason_against_is_told_and_nothing_is_taken():
    participant = stage.eligible()
    answers = FormInstance.objects.get(participant=participant, code="ELG")
    why = {name: Reason("correction", "typed wrong") for name in ("e3", "e20")}
    save(
        answers,
        {"e3": "Y", "e3_why": ["anaphylaxis"], "e20": "now", "e20_which": "ABC"},
        by=stage.colleague("IN"),
        reasons=why,
    )
    pause = StudyStatus.PAUSED_RANDOMIZATION
    study.change_status(pause, reason="supply", by=stage.colleague("PI"))

    with pytest.raises(NotReady) as refused:
        randomize(participant, by=stage.colleague("CO"))

    assert [(o.code, o.detail) for o in refused.value.obstacles] == [
        ("study", ""),
        ("verdict", ""),
        ("criterion", "E3:present"),
        ("criterion", "E20:present"),
        ("confirmation", ""),
    ]
    assert Allocation.objects.count() == 0
    assert acts("randomised") == []
    [entry] = acts("randomisation_refused")
    assert len(entry.changes["reasons"]) == 5


@pytest.mark.verifies("RND-01")
def test_changed_deciding_value_voids_the_confirmation():
    participant = stage.ready()
    latest = FormInstance.objects.get(participant=participant, code="CRE", occurrence=3)
    save(
        latest,
        {"value": (210, "umol/L")},
        by=stage.colleague("IN"),
        reasons={"value": Reason("correction", "typed wrong")},
    )

    with pytest.raises(NotReady, match="changed after"):
        randomize(participant, by=stage.colleague("CO"))


@pytest.mark.verifies("RND-01")
@pytest.mark.parametrize(("hours", "ready"), [(23.9, True), (24.1, False)])
def test_confirmation_holds_for_a_day(hours, ready):
    participant = stage.ready()

    with clock.at(clock.now() + timedelta(hours=hours)):
        if ready:
            randomize(participant, by=stage.colleague("CO"))
        else:
            with pytest.raises(NotReady, match="too old"):
                randomize(participant, by=stage.colleague("CO"))


@pytest.mark.parametrize("role", [r for r in Role if not has(r, May.RANDOMIZE)])
def test_role_without_the_right_is_refused(role):
    someone = person(role, username="nobody")

    with pytest.raises(PermissionDenied):
        randomize(Participant(), by=someone)


@pytest.mark.verifies("RND-02")
def test_used_up_list_leaves_the_participant_eligible_and_tells_the_data_manager():
    manager = person("DM")
    participant = stage.ready()
    fill(80)

    with pytest.raises(ListExhausted, match="used up"):
        randomize(participant, by=stage.colleague("CO"))

    assert allocation_selectors.allocation_of(participant) is None
    assert not FormInstance.objects.filter(
        participant=participant, code="RAN", status="complete"
    ).exists()
    messages = Message.objects.filter(recipient=manager)
    assert [message.occasion for message in messages] == ["list_exhausted"]


def test_one_notice_when_ten_places_are_left():
    manager = person("DM")
    fill(68)

    randomize(stage.ready(), by=stage.colleague("CO"))
    assert not Message.objects.filter(recipient=manager).exists()
    for _left in (10, 9):
        randomize(stage.ready(), by=stage.colleague("CO"))

    assert lists_selectors.unused_slot_count() == 9
    [message] = Message.objects.filter(recipient=manager)
    assert message.occasion == "list_nearly_exhausted"
    assert "10 places are left." in message.text


def test_randomization_record_is_written_by_the_system_alone():
    participant = stage.ready()
    coordinator = stage.colleague("CO")
    before = stage.form_of(participant, "RAN")

    forged = {"randomisation_no": "R-0001R"}
    with pytest.raises(PermissionDenied):
        save(before, forged, by=coordinator)
    with pytest.raises(SaveRefused, match="system alone"):
        save(before, forged, by=coordinator, by_system=True)
    randomize(participant, by=coordinator)
    reasons = {"randomisation_no": Reason("correction", "no")}
    with pytest.raises(PermissionDenied):
        save(before, forged, by=coordinator, reasons=reasons)
    with pytest.raises(SaveRefused, match="system alone"):
        save(before, forged, by=coordinator, reasons=reasons, by_system=True)


def test_randomized_in_error_stays_randomized():
    participant = stage.ready()
    allocation = randomize(participant, by=stage.colleague("CO"))

    form = declare_in_error(participant, reason="wrong person", by=person("IN"))

    assert stage.values_of(form)["in_error"] == "Y"
    assert allocation_selectors.allocation_of(participant) == allocation
    deviations = FormInstance.objects.filter(participant=participant, code="DEV")
    assert [stage.values_of(row)["category"] for row in deviations] == ["randomisation"]


def test_a_reason_that_names_a_product_is_refused_in_words(client):
    participant = stage.randomized_participant()
    client.force_login(stage.colleague("IN"))
    url = reverse("randomization:in_error", args=[participant.number])

    answer = client.post(url, {"reason": "was to get saline"}, follow=True)

    assert answer.status_code == 400
    assert "name no product" in answer.content.decode()
    assert FormInstance.objects.filter(participant=participant, code="DEV").count() == 0


def test_an_error_is_declared_once():
    participant = stage.randomized_participant()
    declare_in_error(participant, reason="wrong person", by=stage.colleague("IN"))

    with pytest.raises(RandomizationRefused):
        declare_in_error(participant, reason="again", by=stage.colleague("IN"))
