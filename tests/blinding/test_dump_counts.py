"""Whose product record was saved, corrected and asked about more often: a dump is mute.

The rows are read as the owner of the database reads them, who has no key.
"""

from datetime import timedelta
from uuid import UUID

import pytest

from record.audit.attribution import Reason, RequestTrace, current_trace
from record.audit.models import Entry
from record.audit.verification import verify
from record.capture.services import autosaves
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.selectors import casebook_of
from record.review import services as review
from record.review.models import Query
from tests.blinding.links import PARTICIPANT, common_to, counted, reached, rows
from tests.randomization import stage
from tests.randomization.product.preparations import confirmed
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db
UNTIL_THE_BAG_LEAVES = timedelta(minutes=105)
TRACE = RequestTrace("4b0c0d4e-0000-4000-8000-000000000001", "203.0.113.7")


def product_record(participant):
    return FormInstance.objects.get(participant=participant, code="PRD")


def work_on(record, *, saves):
    """Prepare a bag and confirm it; correct it and ask as often as is said."""
    confirmed(record)
    monitor, pharmacist = stage.colleague("UM"), stage.colleague("UP")
    for degrees in range(saves):
        why = {"storage_temp_c": Reason("other", "typed wrongly")}
        save(record, {"storage_temp_c": degrees}, by=pharmacist, reasons=why)
        query = review.raise_query(record, "lot", "Which one?", by=monitor)
        review.answer_query(query, "As entered.", by=pharmacist)
    review.verify(record, ["lot"], shown_revision=revision(record), by=monitor)
    typed = {"storage_temp_c": ["5"]}
    load = UUID(int=record.pk)
    autosaves.keep(record, typed, page_load=load, based_on=1, author=pharmacist)


@pytest.fixture(scope="module")
def people(module_transaction):
    """Two participants; the product record of the second makes more work."""
    stage.open_study()
    few, many = stage.randomized_participant(), stage.randomized_participant()
    for participant in (few, many):
        stage.requested(participant)
    for product in ("MSC", "SALINE"):
        stage.stocked(product)
    with clock.shifted(UNTIL_THE_BAG_LEAVES):
        work_on(product_record(few), saves=1)
        work_on(product_record(many), saves=5)
    return few, many


@pytest.mark.verifies("AUD-10")
def test_no_row_of_a_product_record_can_be_joined_with_its_participant(people, db):
    stored = rows()
    forms = [product_record(participant) for participant in people]
    groups = [counted(stored, form.pk) for form in forms]
    about = [[r for r in stored if (PARTICIPANT, p.pk) in r] for p in people]

    common = common_to(*groups) | common_to(*about)

    assert len(groups[1]) > len(groups[0]) > 10  # there is something to count
    named = {(PARTICIPANT, p.pk) for p in people} | {("text", p.number) for p in people}
    for group in groups:
        assert reached(group, stored, common) & named == set()


def test_the_search_finds_whom_an_open_form_is_about(people, db):
    stored = rows()
    forms = [participant.forms.get(code="IRQ", visit="D0") for participant in people]
    groups = [counted(stored, form.pk) for form in forms]

    common = common_to(*groups)

    for participant, group in zip(people, groups, strict=True):
        assert (PARTICIPANT, participant.pk) in reached(group, stored, common)


def test_no_entry_of_a_restricted_form_names_a_transaction_or_request(people, db):
    token = current_trace.set(TRACE)
    record = product_record(people[0])
    with clock.shifted(UNTIL_THE_BAG_LEAVES):
        save(record, {"storage_temp_c": 7}, by=stage.colleague("UP"))
        review.raise_query(record, "lot", "Why?", by=stage.colleague("UM"))
    current_trace.reset(token)

    entries = Entry.objects.filter(form_id=record.pk)

    assert {(e.transaction_id, e.request_id) for e in entries} == {(0, "")}
    assert not Entry.objects.filter(request_id=TRACE.request_id).exists()


def test_for_whom_has_the_key_a_restricted_form_is_its_participants(people, db):
    few, many = people
    record = product_record(many)

    assert record.participant == many
    records = FormInstance.objects.filter(code="PRD")
    assert {one.participant for one in records} == {few, many}
    assert many.forms.filter(code="PRD").get() == record
    assert casebook_of(many).one("PRD", "D0").form_id == record.pk
    assert {q.form.participant for q in Query.objects.filter(form=record)} == {many}
    joined = FormInstance.objects.select_related("participant").get(pk=record.pk)
    assert joined.participant == many


def test_the_proof_holds(people, db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path  # an anchor that another run left fits no seal

    assert verify().problems == ()
