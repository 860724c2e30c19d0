"""The preparation: two persons confirm, one bag leaves with a label of no product."""

import re
import sys
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from entry.worklist.services import digest_for
from randomization.arms import arm_of
from randomization.models import Allocation, LotRecord
from randomization.problems import RandomizationRefused
from randomization.product.checks import CELL_ITEMS
from randomization.product.rules.stock import balance
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.selectors.lots import LotView
from randomization.product.services import lots
from randomization.product.services.preparation import (
    confirm_preparation,
    hand_over,
    label_of,
)
from randomization.study import services as study
from randomization.vocabulary import MovementKind, StudyStatus
from record.accounts.proofs import IdentityNotConfirmed
from record.audit.attribution import Reason
from record.audit.models import Entry
from record.capture.problems import SaveRefused
from record.capture.services.forms import save, sign_form
from record.casebook.models import FormInstance, Participant
from record.casebook.values import MissingCode
from record.review.problems import ReviewRefused
from tests.people import PASSWORD, person
from tests.randomization import stage
from tests.shown import revision, shown
from trial_edc import clock, dates
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db
CELLS = {
    "passage": 4,
    "planned_dose_e6_kg": 1,
    "cells_per_ml_e6": "0.70",
    "viability_pct": 92,
    "viability_method": "trypan_blue",
}
SALINE = dict.fromkeys(CELL_ITEMS, MissingCode.NOT_APPLICABLE)
ARM = re.compile(rb"MSC(?!-001)|SALINE|cell", re.IGNORECASE)


@pytest.fixture(scope="module")
def request_of_day_0(opened, randomized_number):
    stage.requested(Participant.objects.get(number=randomized_number))


@pytest.fixture
def record(request_of_day_0, participant):
    """Return the form of the product record of an infusion that was requested."""
    return FormInstance.objects.get(participant=participant, code="PRD", visit="D0")


def test_the_morning_mail_counts_what_is_to_be_prepared(record):
    pharmacist, nurse = person("UP"), person("PN")
    mails = [digest_for(one) for one in (pharmacist, nurse)]

    texts = [mail.text for mail in mails if mail]
    assert [text.splitlines()[1] for text in texts] == [
        "- 1 infusion to prepare, Due"
    ] * 2
    assert record.participant.number not in "".join(texts)


def left(lot: LotRecord) -> int:
    lot.refresh_from_db()
    return int(balance(lot.content["movements"]))


def prepared(record, **changes):
    """Enter everything up to the hand-over; two pharmacists are named."""
    arm = arm_of(record.participant)
    if not LotRecord.objects.exists():
        stage.stocked(arm)
    first, second = stage.colleague("UP"), stage.colleague("PN")
    now = clock.now().replace(second=0, microsecond=0)
    plan = PROTOCOL.infusion.plan(demo=True)
    values = {
        "product": arm,
        "lot": f"{arm}-7",
        "containers": 1,
        **(
            {**CELLS, "thawed_at": now - timedelta(minutes=25)}
            if arm == "MSC"
            else SALINE
        ),
        "out_of_storage_at": now - timedelta(minutes=30),
        "prepared_at": now - timedelta(minutes=10),
        "storage_temp_c": 4,
        "diluent": "saline_0_9",
        "final_volume_ml": plan.planned_volume_ml,
        "cover_applied": "Y",
        "prepared_by": first.pk,
        "checked_by": second.pk,
        "as_allocated": "Y",
        **changes,
    }
    save(record, values, by=first)
    return first, second


def confirmed(record):
    people = prepared(record)
    for one in people:
        stage.confirm_preparation(record, proof=stage.proof_of(one), by=one)
    return people


@pytest.mark.verifies("INF-01")
def test_bag_leaves_after_two_persons_confirmed(record):
    first, second = prepared(record)
    nurse = person("BN")

    stage.confirm_preparation(record, proof=stage.proof_of(first), by=first)
    stage.confirm_preparation(record, proof=stage.proof_of(first), by=first)
    with pytest.raises(RandomizationRefused, match="Preparer and checker confirm"):
        hand_over(record, to=nurse, at=clock.now(), by=first)
    with pytest.raises(SaveRefused, match="Preparer and checker"):
        save(record, {"handed_over_at": clock.now()}, by=first)
    stage.confirm_preparation(record, proof=stage.proof_of(second), by=second)
    hand_over(record, to=nurse, at=clock.now(), by=first)

    values = stage.values_of(record)
    assert values["handed_to"] == nurse.pk
    [one] = worklist.preparations()
    assert one.step == "handed_over"
    assert [check.part for check in one.checks] == ["prepared", "checked"]


@pytest.mark.verifies("INF-01")
@pytest.mark.parametrize(
    ("code", "values"),
    [("PRD", {"storage_temp_c": 5}), ("IRQ", {"dosing_weight_kg": 71})],
)
def test_what_changed_under_the_page_is_not_confirmed(record, code, values):
    first, _ = prepared(record)
    (seen,) = worklist.preparations_of([record])
    form = stage.form_of(record.participant, code, record.visit)
    reasons = {name: Reason("correction", "scale") for name in values}
    save(
        form,
        values,
        by=stage.colleague("IN") if code == "IRQ" else first,
        reasons=reasons,
    )

    with pytest.raises(RandomizationRefused, match="changed since it was shown"):
        confirm_preparation(
            record, shown_digest=seen.digest, proof=stage.proof_of(first), by=first
        )


def test_confirmation_ends_when_the_preparation_changes(record):
    first, _ = confirmed(record)
    row = worklist.preparations()[0]

    save(record, {"storage_temp_c": 5}, by=first)
    changed = worklist.preparations()[0]
    save(record, {"storage_temp_c": 4}, by=first)
    back = worklist.preparations()[0]

    assert [one.step for one in (row, changed, back)] == [
        "to_hand_over",
        "to_confirm",
        "to_confirm",
    ]


def test_who_is_not_named_confirms_nothing(record):
    prepared(record)
    other = person("UP", username="third")

    with pytest.raises(
        RandomizationRefused, match="neither as preparer nor as checker"
    ):
        stage.confirm_preparation(record, proof=stage.proof_of(other), by=other)


def test_nobody_confirms_for_somebody_else(record):
    first, second = prepared(record)

    with pytest.raises(IdentityNotConfirmed):
        stage.confirm_preparation(record, proof=stage.proof_of(first), by=second)
    monitor = stage.colleague("UM")
    with pytest.raises(PermissionDenied):
        stage.confirm_preparation(record, proof=stage.proof_of(monitor), by=monitor)


def test_what_is_missing_is_named_before_confirming(record):
    first = stage.colleague("UP")
    save(record, {"prepared_by": first.pk}, by=first)

    with pytest.raises(
        RandomizationRefused, match=r"Enter these first.*Lot.*Final volume"
    ):
        stage.confirm_preparation(record, proof=stage.proof_of(first), by=first)


def test_containers_leave_the_lot_with_the_record_and_once(record):
    arm = arm_of(record.participant)
    lot, pharmacist = stage.stocked(arm), stage.colleague("UP")

    prepared(record)
    assert left(lot) == 4
    [_came, went] = LotView(lot, lot.content).movements
    assert (went["dispensed_for"], went["amount"]) == (record, "1")
    save(record, {"containers": 3}, by=pharmacist)
    assert left(lot) == 2
    other = stage.stocked(arm, 3, lot="B-2")
    save(record, {"lot": "B-2"}, by=pharmacist)
    assert (left(lot), left(other)) == (5, 0)
    with pytest.raises(SaveRefused, match="more would have left"):
        save(record, {"containers": 4}, by=pharmacist)
    assert left(other) == 0


def test_desk_dispenses_nothing_by_hand(record):
    lot = stage.stocked(arm_of(record.participant))

    with pytest.raises(RandomizationRefused, match="dispensed by the product record"):
        lots.record_movement(
            lot,
            kind=MovementKind.DISPENSED,
            amount="1",
            at=clock.now().isoformat(),
            by=stage.colleague("UP"),
        )


@pytest.mark.verifies("INF-05")
def test_nothing_is_handed_over_in_a_pause(record):
    first, _ = confirmed(record)
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )

    with pytest.raises(RandomizationRefused, match="Infusions are paused"):
        hand_over(record, to=person("BN"), at=clock.now(), by=first)


def test_change_after_the_hand_over_is_shown_not_refused(record):
    first, second = confirmed(record)
    hand_over(record, to=second, at=clock.now(), by=first)

    save(
        record,
        {"storage_temp_c": 6},
        by=first,
        reasons={"storage_temp_c": Reason("correction", "read again")},
    )

    [one] = worklist.preparations()
    assert (one.step, one.checks) == ("handed_over", ())


@pytest.mark.pdf
@pytest.mark.verifies("RND-05", "RND-06")
def test_label_is_the_same_in_both_arms_and_printed_on_record(
    client, record, monkeypatch
):
    first, _ = confirmed(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]))
    mine = label_of(record, by=first)

    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert not ARM.search(answer.content)
    assert not ARM.search(str(mine).encode())
    [printed, _again] = Entry.objects.filter(act="label_printed")
    assert (printed.participant_id, printed.confidentiality) == (
        record.participant_id,
        "restricted",
    )


def test_without_a_pdf_writer_no_label_is_recorded(
    client, record, monkeypatch, tmp_path
):
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load libpango')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    first, _ = confirmed(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]), follow=True)

    assert b"This server cannot make a PDF" in answer.content
    assert not Entry.objects.filter(act="label_printed").exists()


def test_label_waits_for_both(client, record):
    first, _ = prepared(record)
    client.force_login(first)

    answer = client.get(reverse("randomization:label", args=[record.pk]), follow=True)

    assert b"Preparer and checker confirm" in answer.content
    with pytest.raises(PermissionDenied):
        label_of(record, by=stage.colleague("UM"))


def test_desk_page_leads_through_the_steps(client, record):
    arm = arm_of(record.participant)
    first = person("UP", username="first", password=PASSWORD)
    second = person("PN", username="second", password=PASSWORD)
    address = reverse("randomization:preparation", args=[record.pk])
    client.force_login(first)
    empty = client.get(address)
    prepared(record, prepared_by=first.pk, checked_by=second.pk)

    for user in (first, second):
        client.force_login(user)
        wrong = client.post(
            address, {"act": "confirm", "username": user.username, "password": "x"}
        )
        right = client.post(
            address,
            shown(client, address)
            | {"act": "confirm", "username": user.username, "password": PASSWORD},
        )
        assert (wrong.status_code, right.status_code) == (400, 302)
    ready = client.get(address).content.decode()
    handed = client.post(
        address,
        {
            "act": "hand_over",
            "handed_to": person("BN").pk,
            "at": f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}",
        },
    )

    assert f"<strong>{arm}</strong>".encode() in empty.content
    assert "Label of the bag" in ready
    assert handed.status_code == 302
    assert b"Enter what came back" in client.get(address).content


def test_unblinded_monitor_reads_the_desk_and_acts_on_nothing(client, record):
    address = reverse("randomization:preparation", args=[record.pk])
    client.force_login(stage.colleague("UM"))

    assert client.get(address).status_code == 200
    assert client.post(address, {"act": "hand_over"}).status_code == 403
    request = FormInstance.objects.get(
        participant=record.participant, code="IRQ", visit="D0"
    )
    other = reverse("randomization:preparation", args=[request.pk])
    assert client.get(other).status_code == 404


@pytest.mark.verifies("INF-05")
def test_pause_shows_on_the_worklist(client, record):
    client.force_login(stage.colleague("UP"))
    address = reverse("randomization:preparations")
    before = client.get(address).content.decode()
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )

    after = client.get(address).content.decode()

    assert "Paused" not in before
    assert "Infusions are paused" in after
    assert ">Paused<" in after


@pytest.mark.verifies("INF-05")
def test_request_is_not_signed_in_a_pause_and_what_ran_in_is_told(client, record):
    participant = record.participant
    study.change_status(
        StudyStatus.PAUSED_INFUSION, reason="fever", by=stage.colleague("SO")
    )
    investigator = stage.colleague("IN")
    request = FormInstance.objects.get(participant=participant, code="IRQ", visit="D0")
    again = {"dosing_weight_kg": 71}
    why = {"dosing_weight_kg": Reason("correction", "scale")}
    save(request, again, by=investigator, reasons=why)

    with pytest.raises(ReviewRefused, match="Infusions are paused"):
        sign_form(
            request,
            shown_revision=revision(request),
            proof=stage.proof_of(investigator),
            by=investigator,
        )
    infusion = stage.form_of(participant, "INF", "D0")
    values = {"given": "given", "started_at": clock.now() + timedelta(minutes=1)}
    with clock.shifted(timedelta(minutes=2)):
        save(infusion, values, by=investigator)

    request.refresh_from_db()
    assert not any(one.holds_for(request) for one in request.signatures.all())
    deviations = FormInstance.objects.filter(participant=participant, code="DEV")
    rules = {stage.values_of(one)["rule"].split()[0] for one in deviations}
    assert "INFUSION-IN-PAUSE" in rules
    client.force_login(investigator)
    page = client.get(reverse("entry:my_work")).content.decode()
    assert "Randomization and infusions paused" in page


@pytest.mark.verifies("RND-01")
def test_pause_is_told_where_somebody_would_be_randomized(client, record):
    del record
    study.change_status(
        StudyStatus.PAUSED_RANDOMIZATION, reason="supply", by=stage.colleague("PI")
    )
    participant = stage.ready()
    client.force_login(stage.colleague("CO"))
    address = reverse("randomization:randomize", args=[participant.number])

    page_text = client.get(address).content.decode()
    posted = client.post(address, {"number": participant.number})

    assert "Randomization is paused until two persons reopen it." in page_text
    assert posted.status_code == 400
    assert not Allocation.objects.filter(participant=participant).exists()
