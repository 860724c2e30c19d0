"""Before the first participant: two people set the infusion and open the study.

Its pictures are the manual's.
"""

import os

import pytest
from playwright.sync_api import Page, expect

from randomization.infusion_plan.selectors import present_plan
from randomization.study.selectors import study_status
from randomization.vocabulary import StudyStatus
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc.protocol import PROTOCOL

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.verifies("INF-05")
def test_two_people_set_the_infusion_and_open_the_study(
    page: Page, live_server
) -> None:
    leader = person("PI", username="li.na", full_name="Li Na", password=PASSWORD)
    officer = person("SO", username="xu.yan", full_name="Xu Yan", password=PASSWORD)
    stage.staff()
    stage.sealed_list()
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)

    hand.sign_in(leader)
    hand.open("/randomization/study/go-live/")
    plan = page.get_by_role("row").filter(has_text="Infusion plan").first
    expect(plan).to_contain_text("missing")
    hand.picture("27-go-live")
    hand.click(plan.get_by_role("link", name="Open"))
    page.get_by_label("Planned dose").fill("100")
    page.get_by_label("Planned volume").fill("100")
    page.get_by_label("Planned rate").fill("2")
    page.get_by_label("Premedication").fill("none")
    page.get_by_label("Reason").fill("As in version 1.0 of the protocol")
    hand.press("Enter")
    expect(page.locator(".error-summary")).to_contain_text("from 0.1 to 10")
    page.get_by_label("Planned dose").fill("1")
    hand.press("Enter")
    expect(page.locator("main")).to_contain_text("somebody else approves it")

    hand.sign_in(officer)
    hand.open("/randomization/study/infusion-plan/")
    hand.picture("28-infusion-plan")
    hand.press("Approve")
    expect(page.locator("main")).to_contain_text("Approved by Xu Yan")
    hand.open("/randomization/study/")
    page.locator("summary", has_text="Next step").click()
    page.get_by_label("Next", exact=True).select_option("open")
    page.get_by_label("Reason").fill("Everything is in place")
    hand.press("Next step")
    hand.sign_in(leader)
    hand.open("/randomization/study/")
    hand.press("Confirm")

    assert present_plan() == PROTOCOL.infusion.precedent
    assert study_status() == StudyStatus.OPEN
