"""The answer of a passkey, at the second step of signing in and at signing."""

import json
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from record.accounts.forms import SignatureForm
from record.accounts.models import Passkey
from record.accounts.rules import is_copy
from record.accounts.selectors import passkeys_of
from record.accounts.services import passkeys
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.notices.models import Message
from tests.people import PASSWORD, STAGE, person
from tests.record.accounts.authenticator import (
    HOME,
    OWN,
    PAGE,
    SIGN_IN,
    SITE,
    VERIFY,
    Device,
    acts,
    challenge,
    give_password,
    is_in,
    member,
    registered,
    show,
)
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


@pytest.mark.verifies("ACC-15")
def test_password_alone_opens_nothing_once_there_is_a_passkey(client):
    user, device = member()

    after_password = give_password(client, user)
    before = is_in(client)
    page = client.get(VERIFY).content.decode()
    came = show(client, device.answer(challenge(client)))

    assert after_password.url.startswith(VERIFY)
    assert not before
    assert "Use a passkey" in page
    assert (came.status_code, came.url) == (302, HOME)
    assert Passkey.objects.get().sign_count == 1


@pytest.mark.verifies("ACC-15", "ACC-13")
@pytest.mark.parametrize(
    "wrong", ["origin", "unverified", "key", "challenge", "late", "person", "garbage"]
)
def test_an_answer_that_is_not_right_lets_nobody_in(client, wrong):
    user, device = member()
    changes = {
        "origin": {"origin": "http://edc.example.org"},
        "unverified": {"is_verified": False},
        "key": {"key": Device(SITE).key},
    }
    give_password(client, user)
    shown = device.copy(**changes.get(wrong, {}))
    answer = shown.answer(challenge(client))
    if wrong == "challenge":
        challenge(client)
    if wrong == "person":
        other = person("CO", password=PASSWORD)
        theirs = registered(other, name=b"key-2")
        answer = theirs.answer(challenge(client))
    if wrong == "garbage":
        answer = "[" * 9000

    with clock.shifted(timedelta(minutes=4 if wrong == "late" else 0)):
        if wrong == "late":
            give_password(client, user)
            with clock.shifted(timedelta(minutes=9)):
                page = show(client, answer)
        else:
            page = show(client, answer)

    assert page.status_code in (200, 302)
    assert not is_in(client)
    assert Passkey.objects.get(user=user).sign_count == 0


@pytest.mark.verifies("ACC-15")
def test_an_answer_serves_once():
    user, device = member()
    first, second = Client(), Client()
    give_password(first, user)
    answer = device.answer(challenge(first))
    give_password(second, user)
    challenge(second)

    again = [show(client, answer).status_code for client in (first, first, second)]

    assert again == [302, 302, 200]  # the second time somebody is in already
    assert (is_in(first), is_in(second)) == (True, False)
    refusals = Entry.objects.filter(act="second_factor_refused")
    assert refusals.count() == 1


@pytest.mark.verifies("ACC-15")
def test_a_session_that_was_put_back_takes_no_answer_again():
    """The challenge of a copied session: the key knows when its last one was made."""
    user, device = member(role="CO")
    session = SessionStore()
    answer = passkeys.PasskeyAnswer(
        device.answer(passkeys.options_for_own(session, user))
    )
    copied = SessionStore()
    copied[passkeys.CHALLENGES] = session[passkeys.CHALLENGES]

    with attributed(by=STAGE, via=Source.COMMAND):
        first = passkeys.use_passkey(session, user, answer)
        second = passkeys.use_passkey(copied, user, answer)

    assert (first, second) == (True, False)
    assert Passkey.objects.get().revoked_at is None


@pytest.mark.real_clock  # two challenges are never of one instant
@pytest.mark.verifies("ACC-15")
def test_a_copy_is_refused_revoked_and_told(client):
    user, device = member()
    copy = device.copy()
    give_password(client, user)
    show(client, device.answer(challenge(client)))
    show_copy = Client()

    give_password(show_copy, user)
    page = show(show_copy, copy.answer(challenge(show_copy))).content.decode()

    assert "was not accepted" in page
    assert not is_in(show_copy)
    assert not passkeys_of(user).exists()
    assert acts("passkey_copied") == [("passkey_copied", "")]
    mails = Message.objects.filter(occasion="account_changed").order_by("pk")
    assert "passkey revoked: somebody has a copy" in mails.last().subject


@pytest.mark.parametrize(
    ("counted", "shown", "is_one"),
    [
        *((0, 0, False), (0, 1, False), (1, 2, False)),
        *((1, 1, True), (2, 1, True), (1, 0, True)),
    ],
)
def test_a_count_that_does_not_rise_is_a_copys(counted, shown, is_one):
    assert is_copy(counted=counted, shown=shown) is is_one


@pytest.mark.real_clock  # two challenges are never of one instant
@pytest.mark.verifies("ACC-15")
def test_a_passkey_that_does_not_count_goes_on():
    user = person("IN", password=PASSWORD)
    with clock.shifted(timedelta(minutes=-2)):
        device = registered(user, count=None)

    for client in (Client(), Client()):
        give_password(client, user)
        show(client, device.answer(challenge(client)))
        assert is_in(client)


@pytest.mark.verifies("ACC-15", "SIG-02", "SIG-06")
def test_a_signature_takes_a_passkey(client, rf):
    user, device = member()
    request = rf.post("/sign/")
    request.session, request.user = SessionStore(), user
    typed = {"username": "in", "password": PASSWORD}

    def sign(origin):
        options = passkeys.options_for_own(request.session, user)
        answer = device.copy(origin=origin).answer(options)
        return SignatureForm(request, typed | {"code_passkey": answer})

    missing, wrong = SignatureForm(request, typed), sign("https://edc.example.com")
    refused = (missing.is_valid(), wrong.is_valid())
    right = sign(SITE)

    assert refused == (False, False)
    assert right.is_valid()
    assert right.proof.user_id == user.pk
    assert acts("identity_refused") == [("identity_refused", "passkey")]


@pytest.mark.verifies("ACC-15")
def test_a_role_that_must_comes_in_with_a_passkey(client, settings):
    settings.SECOND_FACTOR_ROLES = ["IN"]
    user, device = member()
    fresh = Client()
    fresh.force_login(person("IN", username="new", password=PASSWORD))

    give_password(client, user)
    show(client, device.answer(challenge(client)))

    assert is_in(client)
    assert (fresh.get(HOME).status_code, fresh.get(PAGE).status_code) == (302, 200)


def test_strangers_get_no_challenge():
    user, _ = member()
    person("CO", password=PASSWORD)
    other = Client()

    assert Client().post(OWN).url == SIGN_IN
    give_password(other, user)
    assert other.get(OWN).status_code == 405
    assert json.loads(challenge(other))["userVerification"] == "required"
    coordinator = Client()
    give_password(coordinator, person("CO", username="co2", password=PASSWORD))
    assert coordinator.post(OWN).status_code == 404
