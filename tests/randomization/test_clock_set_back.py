"""A clock that was set back dates nothing before its cause."""

from datetime import datetime, timedelta

import pytest

from enrollment.eligibility.selectors import eligibility_of
from enrollment.eligibility.services import confirmation
from randomization.allocation.services import randomize
from randomization.code_breaks.services.code_breaks import (
    CodeBreakDetails,
    break_code,
)
from randomization.lists.services import allocation_list
from randomization.models import CodeBreak
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.services.form_status import return_to_draft, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review.services import queries, verify
from record.review.services.locking import freeze, lock_form
from tests.randomization import stage
from tests.shown import revision
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("TIM-01")]
SET_BACK = timedelta(minutes=5)
EMERGENCY = CodeBreakDetails(
    CodeBreakKind.EMERGENCY, CodeBreakCategory.TREATMENT, "shock"
)


@pytest.fixture
def earlier():
    """A context in which the clock is five minutes earlier than in the one before."""
    begun, times = clock.now(), iter(range(1, 20))
    return lambda: clock.at(begun - SET_BACK * next(times))


def test_from_confirmation_to_code_break(opened, earlier):
    participant, investigator = stage.eligible(), stage.colleague("IN")
    proof = stage.proof_of(investigator)
    begun = clock.now()

    with earlier():
        confirmed = confirmation.confirm_eligibility(
            participant,
            shown_digest=eligibility_of(participant).deciding_items.digest,
            proof=stage.proof_of(investigator),
            by=investigator,
        )
    with earlier():
        allocation = randomize(participant, by=stage.colleague("CO"))
        machine_at = clock.now()
    with earlier():
        break_code(participant, EMERGENCY, proof=proof, by=investigator)

    record = FormInstance.objects.get(participant=participant, code="RAN")
    [code_break] = CodeBreak.objects.all()
    times = (
        begun,
        confirmed.at,
        allocation.randomised_at,
        stage.values_of(record)["randomised_at"],
        code_break.at,
    )
    assert list(times) == sorted(times)
    [entry] = Entry.objects.filter(act="randomised")
    assert entry.demo_at == machine_at < allocation.randomised_at


def test_a_query_and_its_answers(participant, earlier):
    form, coordinator = stage.row(participant, "AE"), stage.colleague("CO")
    monitor = stage.colleague("MO")
    query = queries.raise_query(form, "term", "Which?", by=monitor)

    with earlier():
        queries.answer_query(query, "Fever.", by=coordinator)
    with earlier():
        queries.return_query(query, "Since when?", by=monitor)
    with earlier():
        queries.close_query(query, "Read in the source.", by=monitor)

    times = [query.raised_at, *(step.at for step in query.steps.all())]
    assert times == sorted(times)


def test_a_form_and_all_that_is_done_to_it(participant, earlier):
    form, investigator = stage.requested(participant), stage.colleague("IN")
    manager, closing = stage.colleague("DM"), Reason("closing", "clean")

    with earlier():
        verification = verify(
            form,
            ["decision"],
            shown_revision=revision(form),
            by=stage.colleague("MO"),
        )
    with earlier():
        freeze(form, by=manager, reason=closing)
        lock_form(form, by=manager, reason=closing)
        lock_form(form, by=manager, reason=closing, on=False)
        freeze(form, by=manager, reason=closing, on=False)
    form.refresh_from_db()
    [signature] = form.signatures.all()
    with earlier():
        return_to_draft(
            form, by=investigator, reason=Reason("returned", "x"), via=Source.PAGE
        )

    verification.refresh_from_db()
    signature.refresh_from_db()
    for mark in (verification, signature):
        assert form.saved_at <= mark.at <= mark.withdrawn_at
    closed = Entry.objects.filter(form_id=form.pk, new_values__has_key="frozen_at")
    frozen_at = datetime.fromisoformat(closed.first().new_values["frozen_at"])
    assert form.saved_at <= frozen_at


def test_a_form_saved_twice(participant, earlier):
    form, investigator = stage.row(participant, "AE"), stage.colleague("IN")
    save(form, {"term": "fever"}, by=investigator)
    form.refresh_from_db()
    first = form.saved_at

    with earlier():
        save(form, {"term": "chills"}, by=investigator)

    form.refresh_from_db()
    assert form.saved_at >= first


def test_a_row_is_struck_out_after_it_was_saved(participant, earlier):
    form, investigator = stage.row(participant, "AE"), stage.colleague("IN")
    save(form, {"term": "fever"}, by=investigator)

    with earlier():
        strike_row(
            form, by=investigator, reason=Reason("duplicate", "x"), via=Source.PAGE
        )

    form.refresh_from_db()
    assert form.struck_at >= form.saved_at


def test_a_list_from_draft_to_seal(earlier):
    custodian, statistician = stage.colleague("LC"), stage.colleague("US")
    draft = allocation_list.generate_draft(
        block_sizes=stage.BLOCK_SIZES, by=custodian, size=80, reason="Amendment 1"
    )

    with earlier():
        allocation_list.approve(draft, by=statistician)
    with earlier():
        sealed = allocation_list.seal_list(draft, by=custodian)

    times = [sealed.made_at, sealed.approved_at, sealed.sealed_at]
    assert times == sorted(times)
