"""The preparation of a product: two persons confirm, then it is handed over."""

import pytest
from django.core.exceptions import PermissionDenied

from entry.worklist.selectors.work import work_for
from entry.worklist.services import digest_for
from randomization.arms import arm_of
from randomization.problems import RandomizationRefused
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.selectors.lots import LotView
from randomization.product.services import lots
from randomization.product.services.preparation import (
    confirm_preparation,
    hand_over,
)
from randomization.vocabulary import MovementKind
from record.accounts.proofs import IdentityNotConfirmed
from record.audit.attribution import Reason
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from tests.people import person
from tests.randomization import stage
from tests.randomization.product.preparations import confirmed, left, prepared
from trial_edc import clock

pytestmark = pytest.mark.django_db


def test_the_morning_mail_counts_what_is_to_be_prepared(record):
    pharmacist, nurse = person("UP"), person("PN")
    mails = [digest_for(one) for one in (pharmacist, nurse)]

    texts = [mail.text for mail in mails if mail]
    assert [text.splitlines()[1] for text in texts] == [
        "- 1 infusion to prepare, Due"
    ] * 2
    assert record.participant.number not in "".join(texts)


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


def test_what_was_handed_over_is_not_to_be_prepared_but_to_be_completed(record):
    first, second = confirmed(record)
    before = [item.text for item in work_for(first) if item.kind == "Product"]
    hand_over(record, to=second, at=clock.now(), by=first)

    after = [item.text for item in work_for(first) if item.kind == "Product"]

    assert before == ["1 infusion to prepare"]
    assert after == ["1 product record to complete"]
