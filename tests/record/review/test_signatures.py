"""Signatures: of whom, of what was shown, and until when they hold."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.capture.services.form_status import sign_form
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review import services as review
from record.review.problems import ReviewRefused
from record.review.selectors import unsigned, valid_signature
from tests.record.capture.saving import change, complete
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample, secret
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db


def proof_of(user):
    return ReAuthenticated(user.pk, clock.now())


def sign(form, user=None):
    user = user or person("IN")
    return review.sign(
        form, shown_revision=revision(form), proof=proof_of(user), by=user
    )


@pytest.mark.verifies("SIG-01", "SIG-03", "SIG-04")
def test_a_signature_holds_until_a_value_changes_and_is_not_revived():
    form = complete(weight_kg="70")
    signature = sign(form)
    assert valid_signature(form) == signature
    assert (signature.meaning, signature.signer_name, signature.signer_role) == (
        "I have reviewed this sample.",
        "The-In",
        "IN",
    )

    changed = change(form)
    assert valid_signature(changed) is None
    back = change(form, value="70")
    assert valid_signature(back) is None
    assert back.signatures.count() == 1

    again = sign(back)
    assert valid_signature(back) == again


@pytest.mark.verifies("SIG-03")
def test_a_signature_copied_to_another_form_does_not_hold():
    form = complete()
    signature = sign(form)
    other = save(sample(2), A_SAMPLE, by=person(), complete=True).form

    with attributed(by=STAGE, via=Source.COMMAND):
        signature.pk, signature.form = None, other
        signature.save(force_insert=True)

    assert valid_signature(other) is None


def test_sql_finds_unsigned_forms_as_signatures_say():
    form = complete(weight_kg="70")

    def waits():
        stored = FormInstance.objects.filter(pk=form.pk)
        is_found = unsigned(stored).exists()
        assert is_found is (valid_signature(stored.get()) is None)
        return is_found

    states = [waits()]
    sign(form)
    states.append(waits())
    changed = change(form)
    states.append(waits())
    sign(changed)
    states.append(waits())

    assert states == [True, False, True, False]


def test_signing_twice_is_signing_once():
    form = complete()

    assert sign(form) == sign(form)
    assert Entry.objects.filter(act="signed").count() == 1


@pytest.mark.verifies("SIG-07")
def test_what_is_not_ready_is_not_signed():
    form = sample()
    with pytest.raises(ReviewRefused, match="must be complete"):
        sign(form)
    form = complete()
    query = review.raise_query(form, "weight_kg", "Why?", by=person("MO"))
    with pytest.raises(ReviewRefused, match="Answer the open queries"):
        sign(form)

    review.answer_query(query, "So.", by=person())

    assert sign(form)


@pytest.mark.verifies("SIG-05")
def test_a_signature_takes_role_delegation_and_a_proof_of_one_s_own():
    form, investigator = complete(), person("IN")
    for role in ("CO", "MO", "DM", "AD"):
        with pytest.raises(PermissionDenied):
            sign(form, person(role))
    with pytest.raises(IdentityNotConfirmed):
        review.sign(
            form,
            shown_revision=revision(form),
            proof=proof_of(person("PI")),
            by=investigator,
        )
    with attributed(by=STAGE, via=Source.COMMAND):
        investigator.delegated_until = clock.today().replace(year=2000)
        investigator.save()
    with pytest.raises(ReviewRefused, match="delegation"):
        sign(form, investigator)


def test_a_form_that_takes_no_signature_is_not_signed():
    form = save(secret(), {"product": "icu"}, by=person("UP"), complete=True).form

    with pytest.raises(PermissionDenied):
        sign(form, person("UP"))


def test_a_signature_through_capture_lets_its_consequences_follow():
    form, user = complete(), person("IN")

    assert sign_form(
        form, shown_revision=revision(form), proof=proof_of(user), by=user
    ) == valid_signature(form)
