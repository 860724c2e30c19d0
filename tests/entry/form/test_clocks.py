"""Stamps are the server's: no client, right or wrong, sets one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from record.audit.models import Entry
from record.casebook.models import FormInstance
from record.casebook.selectors import data_of, row_of
from record.review.models import Query
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from trial_edc import clock

A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)
STAMPS = (
    "saved_at", "created_at", "first_completed_at", "raised_at", "demo_at",
    "site_now", "now", "timestamp",
)  # fmt: skip


def stamps(form: FormInstance) -> list[object]:
    form.refresh_from_db()
    entries = Entry.objects.filter(form_id=form.pk)
    queries = Query.objects.filter(form=form).prefetch_related("steps")
    steps = [step.at for query in queries for step in query.steps.all()]
    raised = [query.raised_at for query in queries]
    written = [entry.at for entry in entries]
    assert [entry.demo_at for entry in entries] == [None] * len(written)
    return [form.saved_at, *written, *raised, *steps]


def all_are_now(stamps: list[object]) -> bool:
    return all(stamp and abs(stamp - clock.now()) < A_MINUTE for stamp in stamps)  # type: ignore[operator]


@pytest.mark.real_clock  # the server stamps entries
@pytest.mark.verifies("TIM-02")
@pytest.mark.django_db
def test_stamps_that_a_client_sends_are_ignored(form):
    tomorrow = (clock.now() + A_DAY).isoformat()
    sent = dict.fromkeys(STAMPS, tomorrow)
    headers = {
        "Date": tomorrow,
        "X-Client-Time": tomorrow,
        "If-Modified-Since": tomorrow,
    }
    coordinator, monitor = Client(headers=headers), Client(headers=headers)
    coordinator.force_login(person("CO"))
    monitor.force_login(person("MO"))
    typed = {"based_on": "0", "save_as": "draft", "weight_kg": "70"}
    typed |= {"creatinine__unit": "umol/L", "pauses__rows": "0", "places__shown": "1"}

    address = reverse("entry:form", args=[form.pk])
    coordinator.post(f"{address}?at={tomorrow}", sent | typed)
    panel = reverse("entry:panel", args=[form.pk, "weight_kg"])
    monitor.post(panel, sent | {"action": "raise", "text": "Which scale?"})

    assert len(stamps(form)) == 8
    assert all_are_now(stamps(form))


@pytest.mark.verifies("TIM-02")
@pytest.mark.journey
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wrong_by", [-A_DAY, A_DAY])
def test_a_browser_whose_clock_is_wrong_by_a_day_changes_no_stamp(
    form, page: Page, live_server, wrong_by
):
    page.clock.install(time=clock.now() + wrong_by)
    hand = Hand(page, live_server.url, takes_pictures=False)
    hand.sign_in(person("CO", password=PASSWORD))
    hand.open(f"/forms/{form.pk}/")
    assert page.evaluate("Date.now()") / 1000 == pytest.approx(
        (clock.now() + wrong_by).timestamp(), abs=60
    )

    page.locator("#row-taken_at").get_by_role("button", name="now").click()
    hand.press("Save draft")
    expect(page.locator(".form-state")).to_contain_text("revision 1")

    assert all_are_now(stamps(form))
    taken_at = data_of(form, row_of(form)).values["taken_at"]
    assert (
        abs(taken_at - clock.now()) < 2 * A_MINUTE
    )  # the server's, offered by the page
