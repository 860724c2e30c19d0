"""The end of the trial: two lock the database, a save is refused, two open the code.

Then two unlock it. Its pictures are the manual's.
"""

import os

import pytest
from playwright.sync_api import Browser, Page, expect

from record.accounts.models import User
from record.lock.selectors import present_lock
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization import stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def prove(page: Page, username: str) -> None:
    """Type the name where the page asks for it, and the password."""
    if page.get_by_label("User name").count():
        page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(PASSWORD)


def open_code(hand: Hand, custodian: User, leader: User) -> None:
    """One proposes and the other confirms, both by the links of the pages."""
    page = hand.page
    for person_of_two, act in (
        (custodian, "Propose to open the code"),
        (leader, "Open the code"),
    ):
        hand.sign_in(person_of_two)
        hand.open("/randomization/study/")
        hand.link("Opening of the code")
        for box in page.get_by_label("Reason").all():
            box.fill("The database is locked")
        prove(page, person_of_two.username)
        hand.press(act)


@pytest.mark.verifies("LCK-01", "LCK-02", "LCK-03", "RND-09")
def test_two_lock_the_database_open_the_code_and_unlock(
    page: Page, browser: Browser, live_server
):
    manager, leader, custodian, coordinator, officer = (
        person(role, username=name, full_name=full, password=PASSWORD)
        for role, name, full in (
            ("DM", "wu.tao", "Wu Tao"),
            ("PI", "li.na", "Li Na"),
            ("LC", "hu.bin", "Hu Bin"),
            ("CO", "li.wei", "Li Wei"),
            ("SO", "gao.jie", "Gao Jie"),
        )
    )
    stage.open_study()
    participant = stage.randomized_participant()
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)

    late = Hand(browser.new_context().new_page(), live_server.url, takes_pictures=False)
    late.sign_in(coordinator)
    late.open(f"/participants/{participant.number}/logs/CAL/add/")
    late.page.locator("main input[type=text]:visible").first.fill("2026-04-10 09:30")

    hand.sign_in(manager)
    hand.open("/lock/")
    hand.picture("30-lock-report")
    page.get_by_label("Reason", exact=True).fill("Last visit done, all is clean")
    for box in page.get_by_label("Why it is accepted").all():
        box.fill("Accepted at the data review meeting")
    prove(page, "wu.tao")
    hand.press("Propose to lock")
    expect(page.locator("main")).to_contain_text("This waits for the other person.")

    hand.sign_in(leader)
    hand.open("/lock/")
    expect(page.locator("main")).to_contain_text("Wu Tao")
    prove(page, "li.na")
    hand.press("Confirm: lock")
    expect(page.locator("main")).to_contain_text("Locked, version 1, by Wu Tao and Li")
    hand.picture("31-locked-database")

    late.page.get_by_role("button", name="Save").first.click()
    expect(late.page.locator("body")).to_contain_text("nothing was saved")
    late.open(f"/participants/{participant.number}/logs/CAL/add/")
    expect(late.page.locator("main")).to_contain_text("it can only be read.")
    expect(late.page.get_by_role("button", name="Save")).to_have_count(0)

    open_code(hand, custodian, leader)
    expect(page.locator("main")).to_contain_text(participant.number)

    hand.sign_in(officer)
    hand.link("Safety")
    hand.link("Known after the lock")
    expect(page.get_by_role("button", name="Enter a case")).to_be_visible()

    hand.sign_in(manager)
    hand.open("/lock/")
    page.get_by_label("Reason", exact=True).fill("A late pathology report")
    prove(page, "wu.tao")
    hand.press("Propose to unlock")
    hand.sign_in(leader)
    hand.open("/lock/")
    prove(page, "li.na")
    hand.press("Confirm: unlock")
    expect(page.locator("main")).to_contain_text("Ready for the lock?")

    assert present_lock() is None
