"""A form typed for the wrong participant, and one person under two numbers.

Its pictures are the manual's.
"""

import os
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from enrollment.identity.selectors import doubts_about
from enrollment.models import IdentityQuestion
from entry.models import FormMove
from record.accounts.models import User
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.enrollment import factories
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.randomization import stage
from trial_edc import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def doctor() -> User:
    return person("IN", username="zhang.min", full_name="Zhang Min", password=PASSWORD)


def mistyped(number: str) -> str:
    return number[:-1] + ("A" if number[-1] != "A" else "B")


@pytest.fixture
def hand(page: Page, live_server, doctor: User) -> Hand:
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)
    hand.sign_in(doctor)
    return hand


@pytest.mark.verifies("AUD-17")
def test_a_sample_is_moved_to_the_participant_whose_it_is(
    hand: Hand, doctor: User
) -> None:
    with clock.shifted(-timedelta(hours=1)):  # no two samples of one minute
        target = stage.eligible()
    source = stage.eligible()
    sample = FormInstance.objects.filter(participant=source, code="CRE").last()
    page = hand.page

    hand.open(f"/forms/{sample.pk}/")
    hand.link("Typed for the wrong participant?")
    page.get_by_label("Number of the participant").fill(mistyped(target.number))
    hand.press("Show what would follow")
    expect(page.locator(".error-summary")).to_contain_text("check letter")
    page.get_by_label("Number of the participant").fill(target.number)
    hand.press("Show what would follow")
    hand.picture("31-move")
    page.get_by_label("Reason").fill("The report of the next bed was typed here")
    hand.confirm(doctor)
    hand.press("Move the form")

    expect(page.locator(".messages")).to_contain_text("Moved from")
    assert [
        (move.source.participant, move.target.participant)
        for move in FormMove.objects.all()
    ] == [(source, target)]


@pytest.mark.verifies("RND-12")
def test_who_was_taken_for_another_is_told_apart_and_compared_again(
    hand: Hand, doctor: User
) -> None:
    earlier, later = factories.consented(doctor), factories.consented(doctor)
    for someone in (earlier, later):
        born = {"birth_date": "1976-02-08", "sex": "M"}
        save(factories.data(someone, "DEM"), born, by=doctor)
    page = hand.page

    hand.open("/")
    hand.link("The same person as")
    page.get_by_label("Two persons").check()
    page.get_by_label("Why").fill("Identity cards and faces differ")
    hand.picture("30-who-is-this")
    hand.confirm(doctor)
    hand.press("Sign the decision")
    hand.open(f"/enrollment/{later.number}/eligibility/")
    hand.link("Compared with")
    hand.link("Decide anew")
    expect(page.get_by_label("Why")).to_be_visible()

    assert doubts_about(later).undecided == ()
    assert [q.answer for q in IdentityQuestion.objects.all()] == ["different"]
