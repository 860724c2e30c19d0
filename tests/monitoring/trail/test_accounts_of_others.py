"""Sign-ins and accounts of the unblinded leave nothing in the trail of the blinded."""

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.trail.selectors.visible import entries_visible_to
from record.accounts.services import second_factor
from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from tests.people import PASSWORD, person
from tests.record.accounts.authenticator import (
    SITE,
    challenge,
    give_password,
    is_in,
    member,
    show,
)

pytestmark = pytest.mark.django_db

RECOVER = reverse("accounts:recover")
ACTS = (
    "sign_in_refused",
    "recovery_code_used",
    "sign_in",
    "sign_out",
    "second_factor_revoked",
)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


def come_and_go(role):
    """Come in with a passkey and with a recovery code, after a wrong password."""
    administrator = person("AD")
    user, device = member(role)
    with attributed(by=user, via=Source.PAGE):
        code, *_others = second_factor.new_codes(user)
    before = Entry.objects.latest("id").pk
    browser, other = Client(), Client()
    typed = {"username": user.username, "password": "wrong"}
    browser.post(reverse("accounts:sign_in"), typed)
    give_password(browser, user)
    show(browser, device.answer(challenge(browser)))
    other.post(RECOVER, {**typed, "password": PASSWORD, "code": code})
    assert (is_in(browser), is_in(other)) == (True, True)
    other.post(reverse("accounts:sign_out"))
    with attributed(by=administrator, via=Source.PAGE):
        second_factor.revoke(user)
    return Entry.objects.filter(pk__gt=before).exclude(table_name="notices_message")


@pytest.mark.real_clock  # two challenges are never of one instant
@pytest.mark.verifies("AUD-10")
@pytest.mark.parametrize(
    ("role", "is_read"), [("UP", False), ("PN", False), ("UM", False), ("IN", True)]
)
def test_the_blinded_read_of_the_accounts_of_the_blinded_alone(role, is_read):
    reader = person("MO")
    written = come_and_go(role)

    shown = entries_visible_to(reader)

    assert {entry.act for entry in written} == {"", *ACTS}
    assert set(shown) & set(written) == (set(written) if is_read else set())
    assert (role.lower() in {e.new_values.get("username") for e in shown}) == is_read


@pytest.mark.real_clock  # the same
@pytest.mark.verifies("ACC-15")
def test_the_use_of_a_passkey_has_no_entry_but_the_sign_in(client):
    user, device = member()
    before = Entry.objects.latest("id").pk

    give_password(client, user)
    show(client, device.answer(challenge(client)))

    entries = Entry.objects.filter(pk__gt=before)
    assert [(entry.table_name, entry.act) for entry in entries] == [("", "sign_in")]
    assert user.passkeys.get().last_used_at
