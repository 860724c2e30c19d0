"""Somebody who cannot take part: the page says why, and screening ends with it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from enrollment.screening.selectors import status_of
from record.accounts.models import User
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from tests.journeys.answers import JUDGED_ELIGIBLE, at
from tests.journeys.hand import Hand
from tests.journeys.story import Story
from trial_edc import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FAILED = ("E5", "E11", "E17", "E18")


@pytest.fixture
def story(page: Page, live_server) -> Story:
    """The story of one person, at the sign-in page."""
    return Story(Hand(page, live_server.url, takes_pictures=False))


def screen(story: Story) -> None:
    """Enter what decides, by the hand of the coordinator."""
    born = clock.today().replace(year=clock.today().year - 50, day=1)
    story.fill("DEM", birth_date=born.isoformat(), sex="M", ethnic_group="han")
    for hours, value in ((24 * 60, "80"), (60, "85"), (44, "120"), (32, "200")):
        taken = at(hours=hours)
        story.add(
            "CRE",
            sample_at=taken,
            value=(value, "umol/L"),
            place="ward",
            routine_care="Y",
        )
    begun = clock.today() - timedelta(days=40)
    story.add(
        "IST",
        any_exposure="Y",
        drug_class="steroid",
        drug="prednisone",
        route="oral",
        mg_per_day="20",
        start=begun.isoformat(),
        ongoing="Y",
    )
    story.fill("LAB", "SCR", sampled_at=at(hours=2), platelets=("18", "10^9/L"))


def judge(story: Story) -> User:
    """Answer the judgements, one of them against, by the hand of the investigator."""
    investigator = story.become("IN")
    story.fill(
        "ELG",
        **{**JUDGED_ELIGIBLE, "lvef_pct": "35", "e5": "Y"},
        lvef_at=at(days=1),
        e5_why="Lymphoma, 2019.",
    )
    return investigator


@pytest.mark.verifies("ELG-VERDICT")
def test_a_screen_failure_shows_at_one_glance_and_is_closed(
    story: Story, page: Page
) -> None:
    hand = story.hand
    story.become("CO")
    story.approach()
    story.consent()
    hand.open(f"/enrollment/{story.number}/eligibility/")
    expect(page.locator("#missing")).to_contain_text("Birth date")
    page.locator("#missing").get_by_role("link", name="Birth date").click()
    expect(page.locator("#row-birth_date")).to_be_visible()
    screen(story)
    judge(story)

    hand.open(f"/enrollment/{story.number}/eligibility/")
    expect(page.locator(".lead")).to_contain_text("4 criteria against, 0 unknown")
    against = page.locator("#against li")
    expect(against).to_have_count(len(FAILED))
    for line, criterion in zip(against.all(), FAILED, strict=True):
        expect(line).to_contain_text(criterion)
    expect(page.locator("#creatinine .is-deciding")).not_to_have_count(0)
    expect(page.get_by_role("img", name="Serum creatinine over time")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm eligibility")).to_have_count(0)

    hand.link("Close screening")
    page.get_by_label("Criteria failed").check()
    hand.press("Close screening")
    expect(page.locator("h1 + .status")).to_contain_text("Screen failed")
    hand.open("/enrollment/")
    line = page.locator("tbody tr").first
    for criterion in FAILED:
        expect(line).to_contain_text(f"{criterion} Present")

    person = Participant.objects.get()
    assert casebook_of(person).value("SCN", "failed_criteria") == (
        "E5:present; E11:present; E17:present; E18:present"
    )
    assert status_of(person) == "screen_failed"


@pytest.mark.verifies("ELG-VERDICT")
def test_nobody_to_sign_for_an_incapable_person_ends_the_screening(
    story: Story, page: Page
) -> None:
    hand = story.hand
    story.become("CO")
    story.approach()

    hand.open(f"/enrollment/{story.number}/eligibility/")
    hand.link("Close screening")
    page.get_by_label("Result of approach").select_option("incapable_no_representative")
    hand.press("Close screening")

    expect(page.locator("h1 + .status")).to_contain_text("Screen failed")
    hand.open("/enrollment/")
    expect(page.locator("tbody tr").first).to_contain_text("has no representative")
