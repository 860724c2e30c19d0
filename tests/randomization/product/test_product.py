"""Product records: worklist, answers that fit, what is sealed, who sees it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from randomization.arms import arm_of
from randomization.product.selectors import preparation_worklist as worklist
from randomization.product.selectors.lots import product_records_of_lot
from randomization.product.services import lots
from randomization.product.services.product import preparations_with_arms
from record.accounts.roles import Permission as May
from record.accounts.roles import Role, has
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.audit.pseudonyms import participant_behind
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.services import form_instances
from record.notices.models import Message
from record.review.services import answer_query, raise_query, return_query, verify
from tests.people import STAGE, person
from tests.randomization import stage
from tests.shown import revision
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
OTHER = {"MSC": "SALINE", "SALINE": "MSC"}


@pytest.fixture
def record(participant):
    stage.requested(participant)
    return FormInstance.objects.get(participant=participant, code="PRD", visit="D0")


def test_product_is_expected_after_the_signed_request(participant):
    form_data = FormInstance.objects.filter(participant=participant, code="PRD")
    before = form_data.exclude(due_on=None).count()

    stage.requested(participant)

    form = form_data.get(visit="D0")
    due = dates.site_date(clock.now() + timedelta(hours=2))
    assert (before, form.status, form.due_on) == (0, "not_started", due)
    assert form.confidentiality == "restricted"


@pytest.mark.verifies("RND-04", "RND-05")
def test_worklist_shows_the_arm_and_records_each_view(participant, record):
    pharmacist = stage.colleague("UP")

    [one] = preparations_with_arms(by=pharmacist)

    assert one.form == record
    assert one.arm == arm_of(participant)
    assert (one.infusion_number, one.dosing_weight_kg) == (1, 70)
    [seen] = Entry.objects.filter(act="arm_seen")
    assert participant_behind(seen.participant_id) == participant.pk
    assert seen.actor == pharmacist.username
    assert seen.confidentiality == "restricted"
    assert one.arm not in str(seen.changes)


def test_request_that_changed_leaves_the_worklist(participant, record):
    del record
    request = FormInstance.objects.get(participant=participant, code="IRQ", visit="D0")

    save(
        request,
        {"dosing_weight_kg": 71},
        by=stage.colleague("IN"),
        reasons={"dosing_weight_kg": Reason("correction", "scale")},
    )

    assert worklist.preparations() == []


@pytest.mark.verifies("RND-04")
@pytest.mark.parametrize("role", [r for r in Role if not has(r, May.SEE_PRODUCT)])
def test_worklist_is_for_product_staff(role):
    with pytest.raises(PermissionDenied):
        preparations_with_arms(by=person(role, username="nobody"))


@pytest.mark.parametrize(("is_own", "answer"), [(True, "Y"), (True, "N"), (False, "Y")])
def test_answer_must_fit_product_and_allocation(participant, record, is_own, answer):
    arm = arm_of(participant)
    product = arm if is_own else OTHER[arm]
    pharmacist = stage.colleague("UP")
    stage.lot(product)
    values = {"product": product, "lot": f"{product}-7", "as_allocated": answer}

    if is_own == (answer == "Y"):
        save(record, values, by=pharmacist)
        assert stage.values_of(record)["product"] == arm
    else:
        with pytest.raises(SaveRefused, match="does not fit"):
            save(record, values, by=pharmacist)


@pytest.mark.verifies("RND-04")
def test_wrong_product_is_a_deviation_that_names_none(participant, record):
    wrong = OTHER[arm_of(participant)]
    stage.lot(wrong)

    save(
        record,
        {"product": wrong, "lot": f"{wrong}-7", "as_allocated": "N"},
        by=stage.colleague("UP"),
    )

    [open_one] = FormInstance.objects.filter(participant=participant, code="DEV")
    [sealed] = FormInstance.objects.filter(participant=participant, code="DVP")
    assert stage.values_of(open_one)["rule"] == "PRD.preparation.D0"
    assert not any(word in str(stage.values_of(open_one)) for word in ("MSC", "SALINE"))
    assert stage.values_of(sealed)["product_given"] == wrong


@pytest.mark.verifies("RND-04")
def test_product_record_is_ciphertext_everywhere(participant, record):
    arm = arm_of(participant)
    stage.lot(arm, donor_code="DONOR-1")
    save(record, {"product": arm, "lot": f"{arm}-7"}, by=stage.colleague("UP"))

    with connection.cursor() as cursor:
        dump = ""
        for table in (
            "randomization_productrecord",
            "randomization_lotrecord",
            "casebook_forminstance",
            "audit_entry",
        ):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM \"{table}\" t")
            dump += cursor.fetchone()[0]

    assert "randomization_productrecord" in dump
    assert not stage.READABLE.search(dump)
    assert "DONOR-1" not in dump


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"status": "quarantine"}, "not released"),
        ({"expires_at": "2020-01-01T00:00:00+00:00"}, "expired"),
    ],
)
def test_lot_that_may_not_be_used_is_refused(participant, record, changes, problem):
    arm = arm_of(participant)
    stage.lot(arm, **changes)

    with pytest.raises(SaveRefused, match=problem):
        save(record, {"product": arm, "lot": f"{arm}-7"}, by=stage.colleague("UP"))


def test_lot_that_is_not_in_the_register_is_refused(record):
    with pytest.raises(SaveRefused, match="Choose one that is there"):
        save(record, {"lot": "X"}, by=stage.colleague("UP"))


def test_two_persons_prepare_and_check(record):
    pharmacist = stage.colleague("UP")
    both = {"prepared_by": pharmacist.pk, "checked_by": pharmacist.pk}

    with pytest.raises(SaveRefused, match="Two different persons"):
        save(record, both, by=pharmacist)


def test_recall_lists_who_was_exposed_and_tells_no_participant(participant, record):
    arm, pharmacist = arm_of(participant), stage.colleague("UP")
    lot = stage.lot(arm)
    save(record, {"product": arm, "lot": lot.content["lot"]}, by=pharmacist)

    values = {**lot.content, "status": "recalled"}
    values.pop("movements")
    lots.change_lot(lot, values, reason="sterility doubt", by=pharmacist)

    assert product_records_of_lot(lot.content["lot"]) == [record]
    messages = Message.objects.filter(occasion="lot_recalled")
    assert {message.recipient.role for message in messages} == {"UP", "UM", "SO"}
    assert not any(participant.number in message.text for message in messages)
    assert "sterility doubt" not in str(
        Entry.objects.values_list("reasons", "new_values").last()
    )


def test_another_day_0_leaves_the_due_date_of_the_product(participant):
    stage.requested(participant, "D7")
    record = FormInstance.objects.get(participant=participant, code="PRD", visit="D7")
    planned = record.due_on
    started = {"given": "given", "started_at": clock.now()}

    with attributed(by=STAGE, via=Source.COMMAND):
        infusion = form_instances.ensure_form(participant, "INF", visit="D0")
        save(infusion, started, by=STAGE, via=Source.COMMAND)

    record.refresh_from_db()
    assert record.due_on == planned


@pytest.mark.verifies("AUD-10")
def test_product_staff_leave_no_gap_in_the_numbers_that_others_see(participant, record):
    """Soft checks on cells raise queries in one arm alone; nobody may count them."""
    monitor = stage.colleague("MO")

    def next_keys():
        row = form_instances.add_row(participant, "STY", by=STAGE, via=Source.COMMAND)
        query = raise_query(row, "kind", "Which?", by=monitor)
        mark = verify(row, ["kind"], shown_revision=revision(row), by=monitor)
        return row.pk, query.pk, query.steps.get().pk, mark.pk

    before = next_keys()
    pharmacist = stage.colleague("UP")
    save(record, {"viability_pct": 60, "passage": 9}, by=pharmacist, via=Source.IMPORT)
    save(
        record, {"viability_pct": 61}, by=pharmacist, via=Source.IMPORT, complete=False
    )
    form_instances.add_row(participant, "DVP", by=pharmacist)
    unblinded = stage.colleague("UM")
    query = raise_query(record, "passage", "Which?", by=unblinded)
    for answer in ("This one.", "That one."):
        answer_query(query, answer, by=pharmacist)
        return_query(query, "Which?", by=unblinded)
    for item in ("passage", "viability_pct"):
        verify(record, [item], shown_revision=revision(record), by=unblinded)
    after = next_keys()

    assert record.queries.count() > 0
    assert [step.action for step in query.steps.all()] == [
        "raised",
        *["answered", "returned"] * 2,
    ]
    marks = [list(mark.items) for mark in record.verifications.all()]
    assert marks == [["passage"], ["viability_pct"]]
    assert after == tuple(key + 1 for key in before)
