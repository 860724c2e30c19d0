"""Tablets, and the two who use them."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from record.accounts.models import User
from tests.journeys.hand import SECONDS
from tests.journeys.tablet import TABLET, Tablet
from tests.people import PASSWORD, person

expect.set_options(timeout=SECONDS)


@pytest.fixture
def tablets(browser: Browser, live_server) -> Iterator[Any]:
    tablets: list[Tablet] = []

    def take(user: User) -> Tablet:
        tablet = Tablet(browser.new_context(viewport=TABLET), live_server.url)
        tablets.append(tablet)
        tablet.hand.sign_in(user)
        return tablet

    yield take
    for tablet in tablets:
        tablet.context.close()
        assert tablet.problems == []


@pytest.fixture
def nurse() -> User:
    return person("BN", username="liu.fang", full_name="Liu Fang", password=PASSWORD)


@pytest.fixture
def other() -> User:
    return person("CO", username="li.wei", full_name="Li Wei", password=PASSWORD)
