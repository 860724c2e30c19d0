"""Two in the morning: locked out, in with a recovery code, one arm, once.

Its pictures are the manual's, like those of the whole way.
"""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from randomization.arms import arm_of
from randomization.models import CodeBreak
from record.accounts.models import User
from record.accounts.services import second_factor
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def codes_of(user: User) -> list[str]:
    """Let somebody enrol an app, which is then out of reach."""
    secret = second_factor.new_secret()
    code = second_factor.code_at(secret, clock.now().timestamp())
    return second_factor.enrol(user=user, secret=secret, code=code)


def test_investigator_breaks_a_code_though_locked_out(page: Page, live_server) -> None:
    stage.open_study()
    participant = stage.randomized_participant()
    doctor = person(
        "IN", username="zhang.min", full_name="Zhang Min", password=PASSWORD
    )
    code = codes_of(doctor)[0]
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)
    address = f"/randomization/participants/{participant.number}/code-break/"

    hand.open(address)
    for _ in range(5):
        page.get_by_label("User name").fill(doctor.username)
        page.get_by_label("Password").fill("not this one")
        hand.press("Sign in")
    expect(page.locator(".error-summary")).to_contain_text("locked for 15 minutes")
    hand.picture("20-locked-out")
    hand.link("Locked out, or without your device?")
    page.get_by_label("User name").fill(doctor.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Recovery code").fill(code)
    hand.picture("21-recovery")
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(re.compile(re.escape(address)))
    page.get_by_label("Why", exact=True).select_option("treatment")
    page.get_by_label("What makes it necessary").fill("Anaphylaxis during the infusion")
    page.get_by_label("Who is told the arm").fill("Dr Zhang, ICU")
    hand.confirm(doctor)
    hand.picture("22-code-break")
    hand.press("Break the code")
    expect(page.locator("main strong").first).to_have_text(arm_of(participant))
    hand.open(address)
    expect(page.locator("main")).not_to_contain_text("Arm of this participant")
    hand.open("/randomization/code-breaks/")
    expect(page.locator("main")).to_contain_text("Anaphylaxis during the infusion")
    hand.picture("23-code-breaks")
    assert [code_break.recorded_by for code_break in CodeBreak.objects.all()] == [
        doctor
    ]
