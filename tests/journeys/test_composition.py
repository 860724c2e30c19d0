"""Keys of an input method belong to it: they move, choose and send nothing."""

import pytest
from playwright.sync_api import Page

from tests.journeys.typing import PLACES, World, enter_as, world
from tests.people import person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
KEYS = ("Enter", "Tab", "Escape", "ArrowDown", "ArrowRight", "d", "s", "/")
PRESS = """([selector, key, init]) => {
  const control = document.querySelector(selector);
  control.focus();
  const common = { key, bubbles: true, cancelable: true };
  const event = new KeyboardEvent("keydown", { ...common, ...init });
  if (init.old) Object.defineProperty(event, "keyCode", { value: 229 });
  control.dispatchEvent(event);
  return [event.defaultPrevented, document.activeElement === control, control.value];
}"""
WAYS = (
    {"isComposing": True},
    {"isComposing": True, "ctrlKey": True},
    {"old": True},  # as browsers say it that do not know the other
)


@pytest.fixture
def here() -> World:
    return world()


@pytest.mark.parametrize("name", PLACES)
def test_keys_of_a_composition_do_nothing(name, page: Page, live_server, here):
    place = PLACES[name]
    user = person(place.role, username="author")
    enter_as(page.context, user, live_server.url)
    place.open(page, live_server.url, here)
    selector, text = next(iter(place.typed.items()))
    page.locator(selector).fill(text)
    address = page.url

    outcomes = [
        page.evaluate(PRESS, [selector, key, way]) for key in KEYS for way in WAYS
    ]

    assert outcomes == [[False, True, text]] * len(outcomes)
    assert page.url == address
    plain = page.evaluate(PRESS, [selector, "Enter", {}])
    moves = name in {"form", "small table", "table"}
    assert plain == [moves, not moves, text]
