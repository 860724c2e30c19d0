"""The end of a session as a person sees it, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.people import PASSWORD, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
PREFERENCES = "/accounts/preferences/"


def sign_in(page: Page, live_server, address: str) -> None:
    person("CO", password=PASSWORD)
    page.goto(live_server.url + address)
    page.get_by_label("User name").fill("co")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


@pytest.mark.verifies("ACC-14")
def test_page_warns_and_a_click_keeps_the_session(page, live_server, settings):
    settings.IDLE_LIMIT_MINUTES = settings.IDLE_WARNING_MINUTES + 0.05
    sign_in(page, live_server, PREFERENCES)
    warning = page.locator("#idle-warning")
    expect(warning).to_be_hidden()

    expect(warning).to_be_visible(timeout=8000)
    warning.get_by_role("button", name="Stay signed in").click()

    expect(warning).to_be_hidden()


@pytest.mark.verifies("ACC-14")
def test_session_ends_by_itself_and_comes_back_to_the_page(page, live_server, settings):
    settings.IDLE_LIMIT_MINUTES = 0.05
    sign_in(page, live_server, PREFERENCES + "?here=1")

    expect(page.get_by_text("signed out after a time without")).to_be_visible(
        timeout=15000
    )
    settings.IDLE_LIMIT_MINUTES = 20
    page.get_by_label("User name").fill("co")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()

    expect(page).to_have_url(live_server.url + PREFERENCES + "?here=1")


def test_keyboard_lists_its_keys_and_pages_need_no_mouse(page, live_server):
    sign_in(page, live_server, PREFERENCES)

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
