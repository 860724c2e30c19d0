"""Passkeys: registration and removal."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError
from webauthn.helpers import bytes_to_base64url

from record.accounts.models import Passkey
from record.accounts.problems import AccountRefused
from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.selectors import has_second_factor, passkeys_of
from record.accounts.services import accounts, passkeys, proposals, second_factor
from record.audit.attribution import Source, attributed
from record.notices.models import Message
from tests.people import PASSWORD, STAGE, person
from tests.record.accounts.authenticator import (
    NEW,
    PAGE,
    SITE,
    Device,
    acts,
    challenge,
    is_in,
    member,
    registered,
)
from trial_edc import clock

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


@pytest.mark.verifies("ACC-15")
def test_a_passkey_is_registered_on_its_page_and_told(client):
    user = person("IN", password=PASSWORD)
    client.force_login(user)
    device = Device(SITE)
    typed = {"name": "key ring", "username": "in", "password": PASSWORD}

    empty = client.post(PAGE, {**typed, "answer": ""})
    answer = device.make(challenge(client, NEW))
    page = client.post(PAGE, {**typed, "answer": answer}).content.decode()

    assert "The device made no passkey." in empty.content.decode()
    codes = re.findall(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})</code>", page)
    assert len(set(codes)) == 10
    passkey = Passkey.objects.get()
    assert (passkey.user, passkey.name) == (user, "key ring")
    assert passkey.credential_id == bytes_to_base64url(device.name)
    assert is_in(client)  # others of their sessions have ended
    assert acts("passkey_registered") == [("passkey_registered", "")]
    mails = Message.objects.filter(occasion="account_changed")
    assert [mail.address for mail in mails] == ["in@example.org"]


@pytest.mark.verifies("ACC-15")
@pytest.mark.parametrize("wrong", ["password", "unverified", "origin", "late", "twice"])
def test_registration_that_is_not_right_changes_nothing(client, wrong):
    user = person("IN", password=PASSWORD)
    client.force_login(user)
    origin = "https://edc.example.com" if wrong == "origin" else SITE
    device = Device(origin, is_verified=wrong != "unverified")
    typed = {"name": "x", "username": "in", "password": PASSWORD}
    if wrong == "password":
        typed["password"] = "not mine"
    answer = device.make(challenge(client, NEW))
    if wrong == "twice":
        challenge(client, NEW)

    with clock.shifted(timedelta(minutes=6 if wrong == "late" else 0)):
        page = client.post(PAGE, {**typed, "answer": answer})

    assert page.status_code == 200
    assert 'value="x"' in page.content.decode()  # what was typed stays
    assert not Passkey.objects.exists()
    assert not has_second_factor(user)


@pytest.mark.verifies("ACC-15")
def test_a_further_passkey_takes_the_present_factor(client):
    user, device = member()
    client.force_login(user)
    second = Device(SITE, name=b"key-2")
    typed = {"name": "two", "username": "in", "password": PASSWORD}

    without = {**typed, "answer": second.make(challenge(client, NEW))}
    client.post(PAGE, without)
    refused = passkeys_of(user).count()
    shown = {"code_passkey": device.answer(challenge(client))}
    client.post(PAGE, without | shown | {"answer": second.make(challenge(client, NEW))})

    assert refused == 1
    assert [one.name for one in passkeys_of(user)] == ["device key-1", "two"]


@pytest.mark.verifies("ACC-15")
def test_the_same_passkey_and_an_eleventh_are_refused():
    user, _ = member()

    with pytest.raises(AccountRefused, match="registered already"):
        registered(user)
    for number in range(2, 11):
        registered(user, name=f"key-{number}".encode())
        user.refresh_from_db()
    with pytest.raises(AccountRefused, match="ten passkeys"):
        registered(user, name=b"key-11")


@pytest.mark.real_clock  # two challenges are never of one instant
@pytest.mark.verifies("ACC-15")
def test_one_of_two_is_removed_and_the_last_one_stays(client):
    user, device = member()
    registered(user, name=b"key-2")
    client.force_login(user)
    first, second = passkeys_of(user)
    typed = {"username": "in", "password": PASSWORD}

    def remove(passkey):
        shown = {"code_passkey": device.answer(challenge(client))}
        address = f"{PAGE}{passkey.pk}/remove/"
        return client.post(address, typed | shown)

    without = client.post(f"{PAGE}{second.pk}/remove/", typed)
    removed = remove(second)
    last = remove(first)

    assert (without.status_code, removed.status_code) == (200, 302)
    assert "your only second factor" in last.content.decode()
    assert [one.pk for one in passkeys_of(user)] == [first.pk]
    assert client.get(f"{PAGE}{second.pk}/remove/").status_code == 404
    assert acts("passkey_removed") == [("passkey_removed", "")]


def test_nobody_removes_or_registers_for_another():
    user, _ = member()
    other = person("PI")
    proof = ReAuthenticated(other.pk, clock.now())

    with pytest.raises(IdentityNotConfirmed):
        passkeys.remove(passkeys_of(user).get().pk, user=user, proof=proof)
    with pytest.raises(AccountRefused, match="removed already"):
        passkeys.remove(passkeys_of(user).get().pk, user=other, proof=proof)


@pytest.mark.verifies("ACC-15", "ACC-19")
def test_lost_passkeys_of_an_unblinded_account_take_two_administrators():
    pharmacist, _ = member("UP")
    first, second = person("AD"), person("AD", username="ad2")

    proposal = accounts.revoke_second_factor(user=pharmacist, by=first, reason="lost")
    before = passkeys_of(pharmacist).count()
    proposals.approve(proposal, by=second)

    assert (before, passkeys_of(pharmacist).count()) == (1, 0)
    assert second_factor.recovery_codes_left(pharmacist) == 0


@pytest.mark.verifies("ACC-15")
def test_an_app_beside_a_passkey_takes_the_passkey_first(client):
    user, device = member()
    client.force_login(user)
    typed = {"act": "begin", "username": "in", "password": PASSWORD}

    without = client.post("/accounts/second-factor/", typed).content.decode()
    shown = {"code_passkey": device.answer(challenge(client))}
    with_it = client.post("/accounts/second-factor/", typed | shown).content.decode()

    assert 'class="qr"' not in without
    assert 'class="qr"' in with_it
    with pytest.raises(IdentityNotConfirmed):
        second_factor.begin_enrolment(SessionStore(), user=user)


def test_a_key_stays_its_owners():
    member()
    other = person("CO")

    for change in ({"user": other}, {"public_key": "x"}, {"credential_id": "x"}):
        with (
            pytest.raises(DatabaseError, match="never change"),
            attributed(by=STAGE, via=Source.COMMAND),
        ):
            Passkey.objects.update(**change)
