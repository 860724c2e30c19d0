"""Clicks and keys of common tasks, as the manual states them in both languages."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from record.casebook.models import FormInstance, Participant
from record.review.models import Query, QueryState
from tests.journeys.counted import Counter, creatinines, laboratory
from tests.journeys.hand import SECONDS, Hand
from tests.monitoring.visits import stage as monitoring
from tests.people import PASSWORD, person
from tests.visits import stage
from trial_edc import clock
from trial_edc.rooms import PROJECT

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
MANUAL = PROJECT / "docs" / "manual"
LINE = re.compile(r"^\|.*\| (\d+) \| (\d+) \|$", re.MULTILINE)
Counts = list[tuple[int, int]]


def stated(language: str) -> Counts:
    text = (MANUAL / language / "clicks.md").read_text(encoding="utf-8")
    return [(int(clicks), int(keys)) for clicks, keys in LINE.findall(text)]


@pytest.fixture
def staff():
    return {role: person(role, password=PASSWORD) for role in ("MO", "IN", "DM", "PI")}


@pytest.fixture
def counter(page: Page, live_server) -> Counter:
    return Counter(Hand(page, live_server.url, takes_pictures=False))


def test_the_manual_states_the_clicks_and_keys_of_ten_tasks(counter, staff):
    first, second = stage.infused(1, ago=10), stage.infused(2, ago=10)
    place = laboratory()
    creatinines(first, 3, place)
    creatinines(second, 3, place)
    yesterday = clock.today() - timedelta(days=1)
    visit = monitoring.done(by=staff["MO"], started_on=yesterday, ended_on=yesterday)
    monitoring.signed(visit)

    counts = [
        *of_monitor(counter, staff, first, second),
        *of_two_about_a_query(counter, staff),
        *of_data_manager(counter, staff, second),
        of_principal_investigator(counter, staff),
    ]

    assert stated("en") == counts
    assert stated("zh") == counts


def of_monitor(counter, staff, first: Participant, second: Participant) -> Counts:
    page, hand = counter.page, counter.hand
    hand.sign_in(staff["MO"])
    hand.open(f"/review/verification/?form=CRE&participant={second.number}")
    counter.to_page(page.locator("tbody a[href*='/forms/']").first)
    hand.on_form("CRE")
    counter.begin()
    counter.key_to_page("v")
    counts = [counter.total]

    hand.casebook(first.number)
    counter.begin()
    counter.to_page(page.locator('.logs a[data-code="CRE"]'))
    counter.button("Verify all 3 rows to verify")
    counts.append(counter.total)

    row = FormInstance.objects.filter(participant=first, code="CRE").first()
    hand.open(f"/forms/{row.pk}/")
    counter.begin()
    counter.ask("Creatinine", "Which laboratory printed this?")
    counts.append(counter.total)

    hand.open("/")
    counter.begin()
    counter.to_page(page.locator("main a[href*='/verification/']").first)
    counter.choose("Changed", "visit")
    counter.button("Show")
    expect(page).to_have_url(re.compile("changed=visit"))
    return [*counts, counter.total]


def of_two_about_a_query(counter, staff) -> Counts:
    return [
        step(counter, staff["IN"], "It is the central one.", "Answer"),
        step(counter, staff["MO"], "Thank you.", "Close query"),
    ]


def step(counter, user, text: str, act: str) -> tuple[int, int]:
    """One step of the query, from My work on."""
    page = counter.page
    counter.hand.sign_in(user)
    counter.begin()
    counter.to_page(page.locator("main td a[href*='query']").first)
    box = page.locator("#side form[id^='answer-']")
    box.locator("textarea").fill(text)
    counter.click(box.get_by_role("button", name=act, exact=True))
    expect(page.locator("#side").get_by_text(text)).to_be_visible(timeout=SECONDS)
    total: tuple[int, int] = counter.total
    return total


def of_data_manager(counter, staff, second: Participant) -> Counts:
    page, hand = counter.page, counter.hand
    assert Query.objects.get().state == QueryState.CLOSED
    hand.sign_in(staff["DM"])
    row = FormInstance.objects.filter(participant=second, code="CRE").first()
    hand.open(f"/forms/{row.pk}/")
    counter.begin()
    counter.click(page.get_by_text("Freeze or lock…"))
    page.locator("#close-text").fill("It is clean.")
    counter.button("Freeze")
    counts = [counter.total]
    row.refresh_from_db()
    assert row.frozen_at

    counter.begin()
    counter.key("/")
    page.keyboard.type(second.number)
    counter.key_to_page("Enter")
    expect(page.locator(".strip-who")).to_contain_text(second.number)
    counts.append(counter.total)

    hand.open("/")
    counter.begin()
    counter.click(page.locator("summary", has_text="More").first)
    counter.to_page(page.locator(".bar-menu").get_by_role("link", name="Lock"))
    counter.to_page(page.locator("td.num a").first)
    return [*counts, counter.total]


def of_principal_investigator(counter, staff) -> tuple[int, int]:
    page = counter.page
    counter.hand.sign_in(staff["PI"])
    counter.begin()
    counter.link("Report to acknowledge")
    if page.get_by_label("User name").count():
        page.get_by_label("User name").fill(staff["PI"].username)
    page.get_by_label("Password").fill(PASSWORD)
    counter.button("Acknowledge the report")
    expect(page.get_by_text("Read and acknowledged")).to_be_visible()
    total: tuple[int, int] = counter.total
    return total
