"""A serious event is seen until its report is sent: first in work, on its pages."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from tests.outcomes import course
from tests.people import STAGE
from tests.randomization.stage import colleague
from tests.safety.sending import send_report
from trial_edc import clock
from trial_edc.templatetags.quantities import time_left

pytestmark = pytest.mark.django_db
BANNER = "Serious event: its report has not been sent to the sponsor."
WHOLE_MINUTE = {"second": 0, "microsecond": 0}


@pytest.fixture
def report() -> FormInstance:
    """The site has been aware of it for ten hours and a half."""
    participant = course.randomized()
    event = {"serious": "Y", "term": "Sepsis", "seriousness": ["life_threatening"]}
    course.row(participant, "AE", event)
    (form,) = course.forms(participant, "SAE")
    became_aware(form, hours_ago=10.5)
    return form


def became_aware(report: FormInstance, *, hours_ago: float) -> None:
    at = clock.now().replace(**WHOLE_MINUTE) - timedelta(hours=hours_ago)
    save(report, {"aware_at": at}, by=STAGE, via=Source.COMMAND)


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(colleague(role))
    return client


def first_line(role: str) -> tuple[str, str]:
    """The class and the words of the first line of My work."""
    page = client_of(role).get(reverse("entry:my_work")).content.decode()
    css, row = re.findall(r"<tr([^>]*)>\s*<td>(.*?)</tr>", page, re.DOTALL)[0]
    return css.strip(), " ".join(re.sub("<[^>]+>", " ", row).split())


@pytest.mark.parametrize(
    ("hours_ago", "state", "left"),
    [
        (10.5, "To send", "13 h left"),
        (22.5, "To send", "1 h left"),
        (26.5, "Overdue", "2 h late"),
    ],
)
@pytest.mark.parametrize("role", ["CO", "IN", "PI", "SO"])
def test_an_unsent_report_is_the_first_red_line_of_work(
    report, role, hours_ago, state, left
):
    became_aware(report, hours_ago=hours_ago)

    css, words = first_line(role)

    assert css == 'class="urgent"'
    assert words.startswith(
        f"{state} Serious event {report.participant.number} Sepsis {left} 2026-"
    )


@pytest.mark.parametrize("role", ["CO", "IN", "PI", "SO"])
def test_a_report_that_was_sent_is_urgent_no_more(report, role):
    send_report(report, by=colleague("IN"))

    assert not [item for item in work_for(colleague(role)) if item.is_urgent]


@pytest.mark.parametrize("role", ["MO", "DM", "BN", "UP", "PN", "UM", "LC", "AD"])
def test_an_unsent_report_is_nobody_elses_work(report, role):
    assert not [item for item in work_for(colleague(role)) if item.is_urgent]


def pages_of(report: FormInstance) -> dict[str, str]:
    participant = report.participant
    (event,) = course.forms(participant, "AE")
    number = participant.number
    return {
        "event": reverse("entry:form", args=[event.pk]),
        "report": reverse("entry:form", args=[report.pk]),
        "events": reverse("entry:log", args=[number, "AE"]),
        "reports": reverse("entry:log", args=[number, "SAE"]),
        "casebook": reverse("entry:casebook", args=[number]),
        "bedside": reverse("visits:bedside", args=[number, "D0"]),
    }


@pytest.mark.parametrize(
    "page", ["event", "report", "events", "reports", "casebook", "bedside"]
)
def test_the_banner_stands_until_the_report_is_sent(report, page):
    client, address = client_of("CO"), pages_of(report)[page]
    link = reverse("entry:form", args=[report.pk])

    before = client.get(address).content.decode()
    send_report(report, by=colleague("IN"))
    after = client.get(address).content.decode()

    banner = re.search(r'<p class="urgent-banner".*?</p>', before, re.DOTALL)
    assert banner
    assert BANNER in banner[0]
    assert "13 h left" in banner[0]
    assert (f'href="{link}"' in banner[0]) is (page != "report")
    assert BANNER not in after


def test_the_banner_leads_whoever_may_send_to_the_page_that_sends(report):
    address, sending = pages_of(report)["report"], reverse("safety:reports")

    pages = {
        role: client_of(role).get(address).content.decode() for role in ("CO", "IN")
    }

    link = f'<a href="{sending}">Check and send it</a>'
    assert {role: link in page for role, page in pages.items()} == {
        "CO": False,
        "IN": True,
    }


def test_the_banner_is_not_on_forms_of_other_things(report):
    (form,) = course.forms(report.participant, "DEM")

    page = client_of("CO").get(reverse("entry:form", args=[form.pk]))

    assert BANNER not in page.content.decode()


def test_an_event_that_is_serious_no_more_asks_for_nothing(report):
    (event,) = course.forms(report.participant, "AE")

    values = {"serious": "N", "seriousness": None}
    save(event, values, by=STAGE, via=Source.COMMAND)

    page = client_of("CO").get(reverse("entry:form", args=[event.pk]))
    assert BANNER not in page.content.decode()
    assert not [item for item in work_for(colleague("SO")) if item.is_urgent]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (24 * 60, "24 h left"),
        (60, "1 h left"),
        (59, "59 min left"),
        (1, "1 min left"),
        (0, "0 min late"),
        (-59, "59 min late"),
        (-60, "1 h late"),
        (-24 * 60 - 1, "24 h late"),
    ],
)
def test_time_left_counts_whole_hours_then_minutes(minutes, words):
    assert time_left(clock.now() + timedelta(minutes=minutes)) == words


def banner(page):
    [words] = re.findall(r'<p class="urgent-banner".*?</p>', page, re.DOTALL)
    return words


def test_the_report_itself_has_no_link_to_itself(report):
    event = course.forms(report.participant, "AE")[0]
    address = reverse("entry:form", args=[report.pk])
    client = client_of("CO")

    on_report = client.get(address).content.decode()
    on_event = client.get(reverse("entry:form", args=[event.pk])).content.decode()

    assert address not in banner(on_report)
    assert f'<a href="{address}">' in banner(on_event)


def test_an_event_without_a_term_leaves_no_gap_in_the_banner(report):
    event = course.forms(report.participant, "AE")[0]
    save(event, {"term": None}, by=STAGE, via=Source.COMMAND)

    page = client_of("CO").get(reverse("entry:form", args=[event.pk]))

    assert "· <strong>" not in banner(page.content.decode())


def test_what_changed_is_named_in_the_order_of_the_form(report):
    event = course.forms(report.participant, "AE")[0]
    send_report(report, by=colleague("IN"))
    save(event, {"outcome": "recovering"}, by=STAGE, via=Source.COMMAND)
    save(event, {"grade": "4"}, by=STAGE, via=Source.COMMAND)

    [item] = [
        one for one in work_for(colleague("IN")) if one.kind == "Follow-up report"
    ]

    assert item.text == "Changed since the report was sent: Grade (worst), Outcome"
