"""A passkey in a real browser: registration, sign-in, signature, removal, refusals.

The device is Chromium's virtual authenticator; pictures are the manual's.
"""

import os
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

from record.accounts.models import Passkey, SignatureAcknowledgement
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NAME = "wang.fang"
PASSKEYS = "/accounts/passkeys/"
REFUSED = "This passkey was not accepted."
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class VirtualDevice:
    """The authenticator of the browser: also taken away, and asked for its counts."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("WebAuthn.enable")
        self.name = self.session.send(
            "WebAuthn.addVirtualAuthenticator", {"options": DEVICE}
        )["authenticatorId"]

    def verify(self, *, is_verified: bool) -> None:
        self._send("setUserVerified", isUserVerified=is_verified)

    def set_count(self, count: int) -> None:
        """Turn the device into a copy of what it was."""
        keys = self._send("getCredentials")["credentials"]
        self._send("clearCredentials")
        for key in keys:
            self._send("addCredential", credential={**key, "signCount": count})

    def _send(self, command, **details):
        return self.session.send(
            f"WebAuthn.{command}", {"authenticatorId": self.name, **details}
        )


@pytest.fixture
def device(page: Page, live_server, settings) -> VirtualDevice:
    settings.SITE_URL = live_server.url
    settings.SECOND_FACTOR_ROLES = ["IN"]
    return VirtualDevice(page)


@pytest.fixture
def hand(page: Page, live_server, device) -> Hand:
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    return Hand(page, live_server.url, takes_pictures=pictures)


def identify(page: Page) -> None:
    page.get_by_label("User name").fill(NAME)
    page.get_by_label("Password", exact=True).fill(PASSWORD)


def answer(page: Page) -> None:
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("[data-passkey-note]")).to_have_text(
        "The passkey has answered."
    )


def give_password(hand: Hand) -> None:
    hand.page.context.clear_cookies()
    hand.open("/")
    identify(hand.page)
    hand.press("Sign in")


def sign_in(hand: Hand) -> None:
    give_password(hand)
    hand.press("Use a passkey")
    expect(hand.page.get_by_role("heading", name="My work")).to_be_visible()


def register(hand: Hand) -> None:
    """The role must have a second factor before anything else."""
    give_password(hand)
    expect(hand.page.get_by_role("heading", name="Second factor")).to_be_visible()
    hand.link("Passkeys")
    hand.page.get_by_label("Name of the passkey").fill("ward computer")
    identify(hand.page)
    hand.press("Add a passkey")
    expect(hand.page.locator("main")).to_contain_text("Your recovery codes")


@pytest.mark.real_clock  # the device counts on, and no two challenges are of one time
@pytest.mark.verifies("ACC-15", "SIG-02")
def test_a_passkey_registers_signs_in_signs_and_is_removed(hand, page) -> None:
    investigator = person("IN", username=NAME, password=PASSWORD, acknowledges=False)

    register(hand)
    hand.open(PASSKEYS)
    expect(page.get_by_role("cell", name="ward computer")).to_be_visible()
    hand.picture("45-passkeys")
    give_password(hand)
    hand.picture("46-sign-in-with-a-passkey")
    sign_in(hand)

    hand.open("/accounts/signature/")
    page.get_by_label("I have read this").check()
    identify(page)
    answer(page)
    hand.press("Acknowledge")
    expect(page.locator(".messages")).to_contain_text("You can sign now")
    assert SignatureAcknowledgement.objects.filter(user=investigator).exists()

    hand.open(PASSKEYS)
    hand.link("Remove")
    page.get_by_label("Password").fill(PASSWORD)
    answer(page)
    hand.press("Remove")
    expect(page.locator("main")).to_contain_text("your only second factor")


@pytest.mark.real_clock  # as above
@pytest.mark.verifies("ACC-15")
def test_replay_and_copy_are_refused(hand, page, device) -> None:
    person("IN", username=NAME, password=PASSWORD)
    register(hand)
    give_password(hand)

    with page.expect_request(
        lambda request: request.method == "POST" and "/sign-in/code/" in request.url
    ) as sent:
        page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    used = parse_qs(sent.value.post_data)["code_passkey"][0]
    give_password(hand)
    page.locator("[name=code_passkey]").evaluate("(x, text) => x.value = text", used)
    page.locator("form[data-passkey-sends]").evaluate("form => form.submit()")
    expect(page.locator("main")).to_contain_text(REFUSED)

    sign_in(hand)
    device.set_count(1)
    give_password(hand)
    hand.press("Use a passkey")
    expect(page.locator("main")).to_contain_text(REFUSED)
    assert not Passkey.objects.filter(revoked_at=None).exists()


@pytest.mark.real_clock  # as above
@pytest.mark.verifies("ACC-15")
def test_another_address_and_an_unverified_person_get_no_answer(
    hand, page, device, live_server
) -> None:
    person("IN", username=NAME, password=PASSWORD)
    register(hand)
    elsewhere = live_server.url.replace("localhost", "127.0.0.1")
    note = page.locator("[data-passkey-note]")

    give_password(Hand(page, elsewhere, takes_pictures=False))
    page.get_by_role("button", name="Use a passkey").click()
    expect(note).to_contain_text("No passkey answered.")

    give_password(hand)
    device.verify(is_verified=False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(note).to_contain_text("No passkey answered.")
