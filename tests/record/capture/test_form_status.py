"""No save lowers a state; a form returns to draft by an act of its own."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.capture.problems import FormClosed
from record.capture.services.form_status import (
    return_to_draft,
    sign_form,
    strike_row,
)
from record.capture.services.forms import save
from record.casebook.models import FormInstance, FormStatus
from record.review import services as review
from record.review.selectors import valid_signature
from tests.people import STAGE
from tests.record.capture.saving import WHY, change, complete
from tests.sample_room.people import A_SAMPLE, person, sample
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db


def signed(form: FormInstance) -> FormInstance:
    signer = person("IN")
    proof = ReAuthenticated(signer.pk, clock.now())
    sign_form(form, shown_revision=revision(form), proof=proof, by=signer)
    return form


def returned(form: FormInstance, **how: object) -> bool:
    how = {"by": person(), "reason": WHY, "via": Source.PAGE} | how
    return return_to_draft(form, **how)


@pytest.mark.parametrize("values", [{}, {"weight_kg": "71"}])
@pytest.mark.parametrize("completes", [True, False])
def test_no_save_lowers_a_state(values, completes):
    form = complete(weight_kg="70")
    reasons = dict.fromkeys(values, WHY)

    saved = save(form, values, by=person(), complete=completes, reasons=reasons)

    assert saved.form.status == FormStatus.COMPLETE


def test_a_save_that_changes_nothing_stores_nothing():
    form = signed(complete())
    stored = FormInstance.objects.filter(pk=form.pk).values().get()
    entries = Entry.objects.count()

    save(form, A_SAMPLE, by=person("IN"))

    assert FormInstance.objects.filter(pk=form.pk).values().get() == stored
    assert Entry.objects.count() == entries
    assert valid_signature(form)


@pytest.mark.verifies("SIG-04", "AUD-05")
def test_a_form_returned_to_draft_loses_its_signature_and_verification():
    form = signed(complete())
    seen = revision(form)
    verification = review.verify(
        form, ["creatinine"], shown_revision=seen, by=person("MO")
    )

    assert returned(form)

    form.refresh_from_db()
    verification.refresh_from_db()
    signature = form.signatures.get()
    entry = Entry.objects.filter(table_name="casebook_forminstance").last()
    assert (form.status, form.revision) == (FormStatus.DRAFT, seen)
    assert verification.withdrawn_at == signature.withdrawn_at == clock.now()
    assert (entry.changes, entry.reasons) == (
        {"status": ["complete", "draft"]},
        {"": vars(WHY)},
    )
    again = save(form, {}, by=person(), complete=True).form
    assert again.status == FormStatus.COMPLETE
    assert valid_signature(again) is None


def test_a_second_return_to_draft_changes_nothing():
    form = signed(complete())
    assert returned(form)
    entries = Entry.objects.count()

    assert not returned(form)

    assert Entry.objects.count() == entries


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_form_that_is_not_complete_is_not_returned(is_begun):
    form = sample()
    if is_begun:
        form = save(form, {"weight_kg": "70"}, by=person()).form
    status = form.status

    assert not returned(form)

    form.refresh_from_db()
    assert form.status == status


def test_a_row_struck_out_is_not_returned():
    form = complete()
    strike_row(form, by=STAGE, reason=WHY, via=Source.COMMAND)

    assert not returned(form)


@pytest.mark.parametrize(
    ("act", "role"), [(review.freeze, "MO"), (review.lock_form, "DM")]
)
def test_a_closed_form_is_not_returned(act, role):
    form = signed(complete())
    act(form, by=person(role), reason=WHY)

    with pytest.raises(FormClosed):
        returned(form)

    form.refresh_from_db()
    assert (form.status, form.signatures.get().withdrawn_at) == ("complete", None)


@pytest.mark.parametrize("role", ["MO", "DM", "UM"])
def test_who_does_not_enter_the_form_does_not_return_it(role):
    with pytest.raises(PermissionDenied):
        returned(complete(), by=person(role))


def test_a_change_after_the_return_still_asks_its_reason():
    form = complete(weight_kg="70")
    returned(form, reason=Reason("returned", "the other scales"))

    assert change(form).status == FormStatus.DRAFT
