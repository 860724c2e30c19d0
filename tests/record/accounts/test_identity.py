"""The proof of identity that a signature needs."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from record.accounts.forms import ConfirmIdentityForm, SignatureForm
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.services import second_factor
from record.accounts.services.sign_in import confirm_identity
from record.audit.models import Entry
from tests.people import PASSWORD, person
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of(rf: RequestFactory):
    def build(user):
        request = rf.post("/sign/")
        request.session = SessionStore()
        request.user = user
        return request

    return build


@pytest.mark.verifies("SIG-02")
def test_first_signature_asks_for_name_and_password(request_of):
    request = request_of(person("IN", password=PASSWORD))

    with pytest.raises(IdentityNotConfirmed):
        confirm_identity(request, password=PASSWORD)
    first = confirm_identity(request, username="IN", password=PASSWORD)
    second = confirm_identity(request, password=PASSWORD)

    assert first.user_id == second.user_id == request.user.pk


@pytest.mark.real_clock  # which django-axes reads
@pytest.mark.verifies("SIG-06")
def test_wrong_password_is_recorded_and_locks(request_of):
    user = person("IN", password=PASSWORD)

    for _ in range(5):
        request = request_of(user)
        with pytest.raises(IdentityNotConfirmed):
            confirm_identity(request, username="in", password="wrong")

    assert request.axes_locked_out
    refused = Entry.objects.filter(act="identity_refused")
    assert [entry.changes["username"] for entry in refused] == ["in"] * 5
    with pytest.raises(IdentityNotConfirmed):
        confirm_identity(request_of(user), username="in", password=PASSWORD)


def test_name_and_password_of_somebody_else_prove_nothing(request_of):
    person("CO", password=PASSWORD)
    request = request_of(person("IN"))

    with pytest.raises(IdentityNotConfirmed):
        confirm_identity(request, username="co", password=PASSWORD)


@pytest.mark.verifies("SIG-08")
def test_temporary_password_signs_nothing(request_of):
    request = request_of(person("IN", password=PASSWORD, must_change_password=True))

    with pytest.raises(IdentityNotConfirmed):
        confirm_identity(request, username="in", password=PASSWORD)


def test_proof_is_one_persons_and_fresh():
    user, other = person("IN"), person("PI")
    proof = ReAuthenticated(user.pk, clock.now())
    proof.require(user)

    with pytest.raises(IdentityNotConfirmed):
        proof.require(other)
    with (
        clock.at(clock.now().replace(year=clock.now().year + 1)),
        pytest.raises(IdentityNotConfirmed),
    ):
        proof.require(user)


def test_form_gives_the_proof(request_of):
    request = request_of(person("IN", password=PASSWORD))
    form = ConfirmIdentityForm(request, {"username": "in", "password": PASSWORD})
    assert form.is_valid()
    assert form.proof.user_id == request.user.pk

    again = ConfirmIdentityForm(request, {"password": "wrong"})

    assert list(again.fields) == ["password"]
    assert not again.is_valid()


@pytest.mark.real_clock  # which the codes of the app follow
@pytest.mark.verifies("SIG-02", "SIG-06", "ACC-15")
def test_with_a_second_factor_a_signature_takes_its_code_too(request_of):
    user = person("IN", password=PASSWORD)
    secret = second_factor.new_secret()
    seconds = clock.now().timestamp()
    code = second_factor.code_at(secret, seconds)
    second_factor.enrol(user=user, secret=secret, code=code)
    user.refresh_from_db()
    typed = {"username": "in", "password": PASSWORD}

    missing = SignatureForm(request_of(user), typed)
    wrong = SignatureForm(request_of(user), typed | {"code": "000000"})
    next_code = second_factor.code_at(secret, seconds + second_factor.STEP_SECONDS)
    right = SignatureForm(request_of(user), typed | {"code": next_code})

    assert [form.is_valid() for form in (missing, wrong, right)] == [False, False, True]
    refusals = Entry.objects.filter(act="identity_refused")
    assert [entry.changes["why"] for entry in refusals] == ["code"]
    assert right.proof.user_id == user.pk
