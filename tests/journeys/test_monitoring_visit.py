"""A monitoring visit by keyboard: 20 forms, 15 rows, three queries, the report.

Keys and clicks are counted: a form takes at most two keys, the rows four clicks.
"""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from monitoring.visits.models import MonitoringVisit, VisitReport
from record.accounts.models import User
from record.casebook.models import FormInstance, Participant
from record.review.models import Query, Verification
from tests.journeys.counted import Counter, creatinines, laboratory
from tests.journeys.hand import Hand
from tests.people import PASSWORD, person
from tests.visits import stage
from trial_edc import clock

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
FORMS, ROWS = 20, 15


@pytest.fixture
def counter(page: Page, live_server) -> Counter:
    return Counter(Hand(page, live_server.url, takes_pictures=False))


def verified(participant: Participant) -> int:
    return (
        Verification.objects.filter(form__participant=participant)
        .values("form")
        .distinct()
        .count()
    )


@pytest.fixture
def monitor():
    return person("MO", username="zhao.min", full_name="Zhao Min", password=PASSWORD)


@pytest.fixture
def owner():
    return person("CO", username="li.wei", full_name="Li Wei", password=PASSWORD)


@pytest.mark.verifies("SDV-01", "MVL-01", "MVL-02", "MVL-03", "MVL-04")
def test_a_monitoring_visit_by_keyboard(page, counter, monitor, owner):
    first, second = stage.infused(1, ago=10), stage.infused(2, ago=10)
    place = laboratory()
    creatinines(first, ROWS, place)
    creatinines(second, FORMS, place)
    counter.hand.sign_in(monitor)

    verify_forms(counter, second)
    verify_rows(counter, first)
    ask(counter, first)
    note_findings(counter, first, owner)
    write_and_sign(counter, monitor)

    visit, report = MonitoringVisit.objects.get(), VisitReport.objects.get()
    seen = {one["number"]: one["critical"] for one in report.content["seen"]}
    assert (visit.state, report.version) == ("done", 1)
    assert seen == {first.number: ROWS, second.number: FORMS}
    assert Query.objects.filter(raised_by=monitor).count() == 3
    pdf = page.request.get(f"{page.url}pdf/")
    assert (pdf.status, pdf.body()[:5]) == (200, b"%PDF-")
    close_action(counter, owner)


def verify_forms(counter: Counter, of: Participant) -> None:
    """Twenty forms of a list, each by one key."""
    page = counter.page
    counter.hand.open(f"/review/verification/?form=CRE&participant={of.number}")
    counter.to_page(page.locator("tbody a[href*='/forms/']").first)
    counter.begin()
    for _form in range(FORMS):
        counter.key_to_page("v")
    assert counter.total == (0, FORMS)
    assert verified(of) == FORMS
    expect(page.get_by_text("That was the last form of this list.")).to_be_visible()


def verify_rows(counter: Counter, of: Participant) -> None:
    """Fifteen rows of a log, from the casebook on."""
    counter.hand.casebook(of.number)
    counter.begin()
    counter.to_page(counter.page.locator('.logs a[data-code="CRE"]'))
    counter.button(f"Verify all {ROWS} rows to verify")
    assert counter.clicks <= 4
    assert verified(of) == ROWS


def ask(counter: Counter, of: Participant) -> None:
    """Three queries, each on an item of another form."""
    rows = FormInstance.objects.filter(participant=of, code="CRE").order_by("pk")
    for row in rows[:3]:
        counter.hand.open(f"/forms/{row.pk}/")
        counter.begin()
        counter.ask("Creatinine", "Which laboratory printed this?")
        assert counter.total == (2, 0)


def note_findings(counter: Counter, about: Participant, owner: User) -> None:
    page, day = counter.page, clock.today().isoformat()
    counter.hand.open(reverse("monitoring:visits:visits"))
    page.get_by_label("Planned on").fill(day)
    counter.button("Plan the visit")
    page.get_by_text("Note a finding").click()
    finding = page.locator("form[action$='/finding/']")
    finding.get_by_label("Severity").select_option("major")
    finding.get_by_label("Participant").fill(about.number)
    finding.get_by_role("textbox", name="Finding").fill("Two printouts are missing.")
    counter.button("Note the finding")
    page.get_by_text("Ask for an action").click()
    action = page.locator("form[action$='/action/']")
    action.get_by_label("What is to be done").fill("File the printouts.")
    action.get_by_label("Owner").select_option(str(owner.pk))
    action.get_by_label("Due").fill(day)
    counter.button("Ask for the action")


def write_and_sign(counter: Counter, monitor: User) -> None:
    page, hand = counter.page, counter.hand
    done = page.locator("form[action$='/done/']")
    done.get_by_label("People met").fill("Li Wei, Dr Chen")
    done.get_by_label("Follow-up letter").fill("Thank you. 感谢配合。")
    counter.button("Record the visit as done")
    hand.link("Read and sign the report")
    expect(page.get_by_text("Two printouts are missing.")).to_be_visible()
    if page.get_by_label("User name").count():
        page.get_by_label("User name").fill(monitor.username)
    page.get_by_label("Password").fill(PASSWORD)
    counter.button("Sign")


def close_action(counter: Counter, owner: User) -> None:
    """By its owner, from My work."""
    page = counter.page
    counter.hand.sign_in(owner)
    counter.hand.link("File the printouts.")
    page.get_by_text("Close…").click()
    page.get_by_label("What was done").fill("Filed today.")
    counter.button("Close the action")
    expect(page.get_by_text("No action is open here.")).to_be_visible()
