"""The allocation list from draft to sealed; a participant who gets a place of it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from randomization.allocation import selectors as allocation_selectors
from randomization.lists.services.verification import problems
from randomization.models import Allocation, AllocationList
from record.casebook.selectors import casebook_of
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc import dates

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
# Sizes of the lists of this test; those of the trial are in no file.
FORESEEN, DRAWN = "2", "2, 8"
ARM = re.compile(r"MSC(?!-001)|SALINE")


@pytest.fixture
def hand(page: Page, live_server) -> Hand:
    """A hand at the sign-in page; it takes no pictures."""
    return Hand(page, live_server.url, takes_pictures=False)


@pytest.mark.verifies("RAN-01", "RAN-04", "RND-04")
def test_a_list_from_draft_to_sealed(hand: Hand, tmp_path: Path) -> None:
    page = hand.page
    custodian = person("LC", username="hu.bin", password=PASSWORD)
    approver = person("US", username="lin.tong", password=PASSWORD)
    faulty = tmp_path / "list.csv"
    faulty.write_text("seq,block,block_size,arm\n1,1,2,MSC\n\n2,1,2,DRUG\n")

    hand.sign_in(custodian)
    hand.link("Lists", exact=True)
    page.locator('input[type="file"]').set_input_files(faulty)
    hand.press("Import")
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("Line 3: The line is empty.")
    expect(summary).to_contain_text("Line 4: “DRUG” is no arm of this trial.")
    assert AllocationList.objects.count() == 0

    page.get_by_label("Block sizes").fill(FORESEEN)
    hand.press("Draw")
    expect(page.locator(".error-summary")).to_contain_text("certain of the next one")
    page.get_by_label("Block sizes", exact=True).fill(DRAWN)
    hand.press("Draw")
    expect(page.get_by_role("button", name="Destroy")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    hand.sign_in(approver)
    hand.link("Lists", exact=True)
    expect(page.locator("main")).to_contain_text("The recorded seed gives this very")
    assert not ARM.search(page.content())
    assert DRAWN not in page.content()
    hand.press("Approve")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)

    hand.sign_in(custodian)
    hand.link("Lists", exact=True)
    hand.press("Seal: it can never be changed again")
    sealed = page.locator("main table code")
    expect(sealed).to_have_text(re.compile("[0-9a-f]{64}"))
    hand.press("Verify the sealed lists")
    expect(page.locator("#messages")).to_contain_text("as it was sealed")
    hand.link("Study", exact=True)
    commitment = AllocationList.objects.get(state="sealed").commitment
    expect(page.locator("main")).to_contain_text(commitment)
    assert list(problems()) == []


@pytest.mark.verifies("RAN-03", "RND-01", "RND-02")
def test_an_eligible_participant_is_randomized_once(hand: Hand) -> None:
    page = hand.page
    stage.open_study()
    participant = stage.ready()
    coordinator = person("CO", username="li.wei", full_name="Li Wei", password=PASSWORD)

    hand.sign_in(coordinator)
    hand.casebook(participant.number)
    hand.link("Randomize", exact=True)
    main = page.locator("main")
    expect(main).to_contain_text("All 24 criteria are decided in favour")
    expect(main).to_contain_text("You, Li Wei (li.wei), take the next place")
    typed = page.locator('main input[name="number"]')
    typed.fill("S-999X")
    hand.press("Randomize")
    expect(main).to_contain_text("not the number of this participant")
    assert Allocation.objects.count() == 0
    page.locator('main input[name="number"]').fill(participant.number)
    page.get_by_role("button", name="Randomize", exact=True).dblclick()

    expect(main).to_contain_text(re.compile(r"R-\d{4}[A-Z]"))
    allocation = allocation_selectors.allocation_of(participant)
    assert allocation is not None
    at = allocation.randomised_at.astimezone(dates.SITE_TZ)
    expect(main).to_contain_text(allocation.code)
    expect(main).to_contain_text(f"{at:%Y-%m-%d %H:%M}")
    expect(main).to_contain_text("Li Wei")
    page.reload()
    expect(main).to_contain_text(allocation.code)
    assert Allocation.objects.count() == 1
    assert not ARM.search(page.content())

    hand.casebook(participant.number)
    strip = page.locator(".strip")
    expect(strip).to_contain_text(allocation.code)
    expect(strip).to_contain_text(f"{at:%Y-%m-%d %H:%M}")
    expect(strip).to_contain_text("Li Wei")
    expect(page.get_by_role("link", name="Randomize", exact=True)).to_have_count(0)
    page.goto(hand.url + reverse("visits:schedule", args=[participant.number]))
    expect(page.locator("main")).to_contain_text("Day 28")
    assert casebook_of(participant).value("RAN", "randomisation_no") == allocation.code
