"""Fixtures for every room: the database, the browser, and what a run must say aloud."""

import gc
import os
import shutil
import socket
import sys
from collections.abc import Callable, Generator, Iterator
from ctypes.util import find_library
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import caches
from django.db import connections, transaction
from django.test import TransactionTestCase
from django.utils import timezone, translation
from hypothesis import settings
from pytest_django import DjangoDbBlocker
from whitenoise.middleware import WhiteNoiseMiddleware

from record.audit.vault import forget_keys
from record.casebook.models import FormInstance
from tests.servers import clean_database
from trial_edc.copies import COPIES
from visits.judgements.selectors import FORMS as JUDGED_FORMS
from visits.schedule.facts import FORMS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

settings.register_profile("unhurried", deadline=None)  # a busy machine is no failure
settings.load_profile("unhurried")

# The machine's clock stands, so that no test meets a midnight or a new minute: on a
# Tuesday noon in Shanghai, past on every machine, as entries carry the server's time.
# `clock.at` and `clock.shifted` go on from there.
NOON = "2026-04-14T12:00:00+08:00"
PINNED_AT = datetime.fromisoformat(os.environ.get("PINNED_AT", NOON))
RUNNING_CLOCK = timezone.now
timezone.now = lambda: PINNED_AT  # also while modules of tests are read

NO_BROWSER = "no Chromium on this machine (`make browser` installs it)"
NO_PANGO = "no Pango on this machine, so no PDF (`make browser` installs it)"
NO_REDIS = "no redis-server on this machine (`make browser` installs it)"
NO_PROXY = "no caddy beside this Python (`make setup` installs it)"
CADDY = Path(sys.executable).with_name("caddy")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str | None:
    """Path of a browser to drive: the one named by CHROMIUM, else one on the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, BROWSERS)), None)


@cache
def has_pango() -> bool:
    """Tell whether the PDF writer finds the library that it loads."""
    return find_library("pangoft2-1.0") is not None


def has_redis() -> bool:
    return shutil.which("redis-server") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let the clock run for what is marked so, before its fixtures are made."""
    with pytest.MonkeyPatch.context() as patch:
        if any(map(item.get_closest_marker, ("real_clock", "journey"))):
            patch.setattr(timezone, "now", RUNNING_CLOCK)
        return (yield)


def pytest_collection_finish() -> None:
    """Leave out of each garbage collection what lasts as long as the run."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what this machine cannot run; where SKIP_NOTHING is set, fail instead."""
    needs: dict[str, tuple[Callable[[], object], str]] = {
        "journey": (chromium, NO_BROWSER),
        "pdf": (has_pango, NO_PANGO),
        "redis": (has_redis, NO_REDIS),
        "proxy": (CADDY.exists, NO_PROXY),
    }
    for mark, (is_there, reason) in needs.items():
        if item.get_closest_marker(mark) and not is_there():
            if os.environ.get("SKIP_NOTHING"):
                pytest.fail(reason)
            pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly which tests did not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    for reason in (NO_BROWSER, NO_PANGO, NO_REDIS, NO_PROXY):
        count = sum(reason in str(report.longrepr) for report in skipped)
        if count:
            line = f"{count} TESTS DID NOT RUN: {reason}"
            terminalreporter.write_sep("!", line, red=True, bold=True)
    for report in terminalreporter.stats.get("passed", []):
        for name, figures in report.user_properties:
            if name == "figures":
                terminalreporter.write_line(figures)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
) -> None:
    """Use this worker's copy of the template, on the runtime role."""
    clean_database()
    # Transactional tests commit: their database is made anew, see `clean_database`.
    TransactionTestCase._fixture_teardown = _renew  # type: ignore[attr-defined]


def _renew(_test: TransactionTestCase) -> None:
    connections.close_all()
    clean_database()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """After each test, what lists read is what the forms say."""
    yield
    mark = item.get_closest_marker("django_db")
    uses_default = mark and "default" in mark.kwargs.get("databases", ["default"])
    if not uses_default or connections["default"].needs_rollback:
        return
    moved = FormInstance.objects.filter(
        code__in={*FORMS, *JUDGED_FORMS}, revision__gt=0
    )
    people = list(moved.values_list("participant_id", flat=True).distinct())
    if people:
        assert [d for copy in COPIES for d in copy.differences(people)] == []


@pytest.fixture(scope="session", autouse=True)
def _static_files() -> Iterator[None]:
    """Search the static files once, not anew for each client."""
    found: dict[str, object] = {}
    search = WhiteNoiseMiddleware.add_files_from_finders

    def search_once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            search(middleware)
            found.update(middleware.files)
        middleware.files = found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", search_once)
        yield


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    forget_earlier_tests()


def forget_earlier_tests() -> None:
    """Forget what they left in this process: language, caches, keys."""
    translation.activate("en")
    caches["default"].clear()
    forget_keys()


@pytest.fixture(scope="module")
def module_transaction(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Open a transaction around a module, for what all its tests begin from.

    What a fixture of the module writes is there for each test; what the test writes
    is undone after it, and everything at the end. No test of the module may commit.
    """
    forget_earlier_tests()
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _quick_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords as in production, at the least cost."""
    monkeypatch.setattr(Argon2PasswordHasher, "time_cost", 1)
    monkeypatch.setattr(Argon2PasswordHasher, "memory_cost", 64)  # KiB


@pytest.fixture
def unused_tcp_port() -> int:
    """Give a port of the loopback that nothing uses now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port: int = door.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Headless Chromium for the whole run."""
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; Django would refuse the database in it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chrome = playwright.chromium.launch(
            executable_path=chromium(), args=list(BROWSER_OPTIONS)
        )
        yield chrome
        chrome.close()


@pytest.fixture
def page(browser: "Browser") -> Iterator["Page"]:
    """One tab with its own cookies, laptop-sized; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    tab = context.new_page()
    problems: list[str] = []
    tab.on("pageerror", lambda error: problems.append(str(error)))
    yield tab
    context.close()
    assert problems == []


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Add figures to the summary of the run."""

    def add(figures: str) -> None:
        line = f"{request.node.name}: {figures}"
        request.node.user_properties.append(("figures", line))

    return add
