"""Typing is never lost: every page on which people type, every way of losing it."""

import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, Route, expect

from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.capture.services.form_status import strike_row
from record.casebook.models import FormInstance
from record.review.services import close_query, freeze, lock_form
from tests.conftest import BROWSER_OPTIONS, chromium
from tests.journeys.typing import (
    PATIENCE,
    PLACES,
    Place,
    World,
    enter_as,
    keeps,
    sealed_in,
    world,
)
from tests.people import STAGE, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
WHY = Reason("other", "by mistake")
NOT_SAVED = "Not saved."
KEPT = "What you typed is kept on this computer, for you alone."
OFFER = "[data-offer]"
DOWN = Path("templates/500.html").read_text()


@pytest.fixture(params=PLACES)
def place(request) -> Place:
    return PLACES[request.param]


@pytest.fixture
def here() -> World:
    return world()


@pytest.fixture
def desk(page: Page, live_server, here: World) -> Callable[[Place], Page]:
    """A browser of somebody who typed something; leaving is never asked about."""

    def sit_down(place: Place) -> Page:
        page.on("dialog", lambda dialog: dialog.accept())
        page.context.set_default_timeout(PATIENCE)
        user = person(place.role, username="author", full_name="Li Wei")
        enter_as(page.context, user, live_server.url)
        place.open(page, live_server.url, here)
        place.type(page)
        keeps(page, 1)
        return page

    return sit_down


def refuse(status: int) -> Callable[[Route], None]:
    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
        elif status:
            route.fulfill(status=status, body=DOWN, content_type="text/html")
        else:
            route.abort("connectionrefused")

    return answer


def says(page: Page, text: str) -> None:
    notice = page.locator("#unsaved")
    expect(notice).to_contain_text(NOT_SAVED, timeout=PATIENCE)
    expect(notice).to_contain_text(text)
    expect(notice).to_contain_text(KEPT)


NO_CONNECTION = "There is no connection to the server."
FAILURES = {  # what the server answers, 0 for nothing → what the page says
    "restarting": (0, NO_CONNECTION),
    "database down": (500, "The server cannot save just now (500)."),
    "502 of the proxy": (502, "The server cannot save just now (502)."),
}


def again(page: Page, live_server, user: str) -> None:
    """Somebody signs in in another tab of the browser."""
    someone = User.objects.get(username=user)
    enter_as(page.context, someone, live_server.url)


@pytest.mark.verifies("ACC-14")
@pytest.mark.parametrize("name", sorted(PLACES.keys() - {"bedside"}))  # it has a queue
def test_what_is_sent_in_vain_stays_and_says_why(name, desk, here, live_server):
    place = PLACES[name]
    page = desk(place)
    before = place.found(here)
    person("IN", username="other", full_name="Zhang Min")

    page.context.set_offline(True)
    place.send(page)
    says(page, NO_CONNECTION)
    place.holds(page)
    page.context.set_offline(False)
    for status, text in FAILURES.values():
        page.route("**/*", refuse(status))
        place.send(page)
        says(page, text)
        place.holds(page)
        page.unroute("**/*")
    Session.objects.all().delete()
    place.send(page)
    says(page, "You are signed out.")
    place.holds(page)
    again(page, live_server, "other")
    place.send(page)
    says(page, "Zhang Min is signed in in this browser now.")
    place.holds(page)

    assert place.found(here) == before
    again(page, live_server, "author")
    place.send(page)
    keeps(page, 1 if place is PLACES["paste"] else 0)
    assert (place.found(here) == before) is (place is PLACES["paste"])


@pytest.mark.verifies("ACC-14")
def test_what_was_left_is_offered_to_its_author_alone(place, desk, here, live_server):
    page = desk(place)
    before = place.found(here)
    secrets = {*place.typed.values(), here.someone.number, place.address(here)}
    assert not any(secret in record for record in sealed_in(page) for secret in secrets)

    page.goto(live_server.url + "/participants/")
    page.go_back()
    expect(page.locator(OFFER)).to_be_visible()
    person("CO" if place.role == "CO" else "DM", username="other")
    again(page, live_server, "other")
    place.open(page, live_server.url, here)
    expect(page.locator(OFFER)).to_have_count(0)
    again(page, live_server, "author")
    place.open(page, live_server.url, here)  # nobody has answered
    page.get_by_role("button", name="Restore what I typed").click()
    place.holds(page)

    assert place.found(here) == before
    place.send(page)
    keeps(page, 1 if place is PLACES["paste"] else 0)
    assert (place.found(here) == before) is (place is PLACES["paste"])


CLOSINGS = {
    "frozen": lambda form: freeze(form, by=User.objects.get(role="MO"), reason=WHY),
    "struck": lambda form: strike_row(form, by=STAGE, reason=WHY, via=Source.COMMAND),
    "locked": lambda form: lock_form(form, by=person("DM"), reason=WHY),
}


@pytest.mark.parametrize("closing", CLOSINGS)
def test_what_was_typed_into_a_form_that_closed_is_shown(closing, desk, here):
    place = PLACES["form"]
    page = desk(place)
    close_query(here.query, "It is.", by=User.objects.get(role="MO"))
    CLOSINGS[closing](FormInstance.objects.get(pk=here.form.pk))

    place.send(page)

    expect(page.get_by_text("nothing was saved.")).to_be_visible()
    for _opening in range(2):
        offer = page.locator(OFFER)
        expect(offer).to_contain_text("Weight: 71.5")
        page.reload()
    page.get_by_role("button", name="Discard", exact=True).click()
    page.get_by_role("button", name="Really discard").click()
    expect(page.locator(OFFER)).to_have_count(0)
    keeps(page, 0)


def test_what_was_refused_stays_and_is_offered_too(desk, here):
    place = PLACES["form"]
    page = desk(place)
    page.locator("#item-weight_kg").fill("7O")

    place.send(page)

    expect(page.locator(".error-summary")).to_contain_text("“7O” is not a number.")
    expect(page.locator("#item-weight_kg")).to_have_value("7O")
    keeps(page, 1)
    page.reload()
    page.get_by_role("button", name="Restore what I typed").click()
    expect(page.locator("#item-weight_kg")).to_have_value("7O")
    place.type(page)
    place.send(page)
    keeps(page, 0)
    assert place.found(here) == "71.5"


def test_an_answer_to_a_query_that_was_closed_stays(desk, here):
    place = PLACES["panel"]
    page = desk(place)
    close_query(here.query, "It is.", by=User.objects.get(role="MO"))

    place.send(page)

    expect(page.locator("#side [role=alert]")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("It is 71.5.")
    keeps(page, 1)


def test_a_row_that_was_struck_out_shows_what_was_typed_into_it(desk, here):
    place = replace(
        PLACES["table"],
        address=lambda world: f"/participants/{world.someone.number}/logs/STY/",
        typed={f'[name="r{here.stay.pk}-reason"]': "Ward 7"},
    )
    page = desk(place)
    strike_row(here.stay, by=STAGE, reason=WHY, via=Source.COMMAND)

    place.send(page)

    expect(page.locator(".error-summary")).to_contain_text("This row is closed")
    expect(page.locator("tr.asks")).to_contain_text("Ward 7")
    keeps(page, 1)


def test_typing_is_a_sign_of_life(desk, settings):
    settings.IDLE_LIMIT_MINUTES = 0.1
    page = desk(PLACES["form"])
    for text in range(40, 50):
        page.locator("#item-weight_kg").fill(str(text))
        page.wait_for_timeout(1000)

    assert "/forms/" in page.url
    expect(page.locator("#item-weight_kg")).to_be_visible()


def test_two_tabs_keep_two_copies_and_saving_discards_its_own(desk, here, live_server):
    place = PLACES["form"]
    first = desk(place)
    second = first.context.new_page()
    second.on("dialog", lambda dialog: dialog.accept())
    place.open(second, live_server.url, here)
    expect(second.locator(OFFER)).to_have_count(0)  # it is being typed there
    second.locator("#item-weight_kg").fill("72")
    keeps(second, 2)

    place.send(first)
    keeps(second, 1)
    second.close(run_before_unload=False)
    expect(first.locator(".form-state")).to_contain_text("Saved")

    first.goto(live_server.url + f"/forms/{here.form.pk}/")
    first.get_by_role("button", name="Restore what I typed").click()
    expect(first.locator("#item-weight_kg")).to_have_value("72")
    assert place.found(here) == "71.5"


def test_a_banner_that_is_not_answered_keeps_what_it_offers(desk, here):
    place = PLACES["form"]
    page = desk(place)
    page.reload()
    expect(page.locator(OFFER)).to_have_count(1)
    page.locator("#item-weight_kg").fill("72")
    keeps(page, 2)

    page.reload()

    expect(page.locator(OFFER)).to_have_count(2)
    page.get_by_role("button", name="Restore what I typed").first.click()
    expect(page.locator("#item-weight_kg")).to_have_value("71.5")
    expect(page.locator(OFFER)).to_have_count(1)


def kill(folder: Path) -> None:
    """End the browser of this folder at once, as a power cut does."""
    mark = f"--user-data-dir={folder}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if mark in (process / "cmdline").read_bytes():
                os.kill(int(process.name), signal.SIGKILL)


def test_typing_outlives_a_browser_that_is_killed(tmp_path, browser, here, live_server):
    place, user = PLACES["form"], person("CO", username="author")

    def opened() -> Page:
        context = browser.browser_type.launch_persistent_context(
            tmp_path, executable_path=chromium(), args=list(BROWSER_OPTIONS)
        )
        enter_as(context, user, live_server.url)
        tab: Page = context.pages[0]
        place.open(tab, live_server.url, here)
        return tab

    page = opened()
    place.type(page)
    keeps(page, 1)

    kill(tmp_path)

    page = opened()
    page.get_by_role("button", name="Restore what I typed").click()
    place.holds(page)
    page.context.close()
