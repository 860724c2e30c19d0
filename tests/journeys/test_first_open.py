"""A link to an item of a form puts the hands where the answer goes."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.visits import stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("fragment", "item"),
    [("first-open", "measured_at"), ("row-weight_kg", "weight_kg")],
)
def test_the_first_control_of_the_item_has_the_focus(
    page: Page, live_server, fragment: str, item: str
) -> None:
    form = stage.enter(stage.infused(1, ago=8), "VIT", {"weight_kg": "70"}, "D7")
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(person("CO", password=PASSWORD))

    hand.open(f"/forms/{form.pk}/#{fragment}")

    expect(page.locator(f"#row-{item} input").first).to_be_focused()
