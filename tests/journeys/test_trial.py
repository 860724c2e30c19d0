"""One participant's whole way, clicked and typed as people do it.

Its pictures are the manual's: `MANUAL_PICTURES=1 make test ARGS=tests/journeys`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from tests.journeys.hand import Hand
from tests.journeys.infusion_days import infuse, prepare, request
from tests.journeys.story import Story
from trial_edc import clock

UNTIL_THE_BAG_LEAVES = 1.4  # hours from the request; no bag leaves earlier
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def story(page: Page, live_server) -> Story:
    pictures = bool(os.environ.get("MANUAL_PICTURES"))
    hand = Hand(page, live_server.url, takes_pictures=pictures)
    hand.open("/")
    hand.picture("01-sign-in")
    return Story(hand)


@contextmanager
def later(*, days: int = 0, hours: float = 0) -> Iterator[None]:
    """Let time pass, counted from the beginning of the story."""
    with clock.shifted(timedelta(days=days, hours=hours)):
        yield


def test_a_participant_from_screening_to_month_3(story: Story) -> None:
    story.become("CO")
    story.approach()
    story.consent()
    story.screen()
    story.attend("SCR")
    story.judge()
    story.randomize()
    with later(hours=3):
        request(story, "D0")
    with later(hours=3 + UNTIL_THE_BAG_LEAVES):
        prepare(story, "D0")
        infuse(story, "D0")
        story.become("CO")
        story.attend("D0")
    with later(days=7):
        request(story, "D7")
    with later(days=7, hours=UNTIL_THE_BAG_LEAVES):
        prepare(story, "D7")
        infuse(story, "D7")
        story.become("CO")
        story.attend("D7")
    with later(days=28):
        story.outcome("O28", "D28", "09-day28")
    with later(days=91):
        story.outcome("OM3", "M3", "10-month3")
        story.monitor()
        archive = story.export()

    names = archive.namelist()
    creatinine = archive.read(next(n for n in names if n.endswith("cre.csv")))
    rows = creatinine.decode("utf-8-sig").splitlines()
    assert not any("prd" in name or "ctc" in name for name in names)
    assert len(rows) == 1 + 5
    assert casebook_of(Participant.objects.get()).value("VIS", "performed", "M3") == "Y"
