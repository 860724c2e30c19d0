"""The clock page: what waits first, who may send, and nothing for product staff."""

import pytest
from django.test import Client
from django.urls import reverse

from audit.attribution import Via
from capture.services import save
from casebook.models import FormInstance
from safety.models import SentReport
from safety.selectors import ReportState, report_lines
from tests.outcomes import course
from tests.people import STAGE, person

pytestmark = pytest.mark.django_db


def report(number: int, *, aware_hours_ago: float) -> FormInstance:
    """Return the report of a participant's serious event."""
    who = course.randomised(number)
    event = {"serious": "Y", "term": f"Event {number}", "seriousness": ["important"]}
    course.row(who, "AE", event)
    (form,) = course.forms(who, "SAE")
    aware = {"aware_at": course.days_ago(aware_hours_ago / 24)}
    save(form, aware, by=STAGE, via=Via.COMMAND)
    return form


@pytest.mark.verifies("SAF-01")
def test_what_is_most_urgent_stands_first() -> None:
    fresh, late = report(1, aware_hours_ago=2), report(2, aware_hours_ago=30)

    lines = report_lines()

    assert [line.form for line in lines] == [late, fresh]
    assert [line.state for line in lines] == [ReportState.LATE, ReportState.WAITING]
    assert [round(line.hours) for line in lines] == [30, 2]


def test_investigator_sends_a_report_from_the_page(client: Client) -> None:
    form = report(1, aware_hours_ago=2)
    client.force_login(person("IN"))

    answer = client.post(reverse("safety:send", args=[form.pk]), follow=True)

    assert SentReport.objects.get().form == form
    assert "The report went to the safety officers." in answer.content.decode()


def test_lacking_report_is_refused_with_words(client: Client) -> None:
    who = course.randomised()
    course.row(who, "AE", {"serious": "Y"})
    (form,) = course.forms(who, "SAE")
    client.force_login(person("IN"))

    answer = client.post(reverse("safety:send", args=[form.pk]), follow=True)

    assert not SentReport.objects.exists()
    assert "Before sending, enter the term of the event" in answer.content.decode()


@pytest.mark.parametrize("role", ["BN", "UP", "PN"])
def test_page_is_not_for_bedside_and_product_staff(client: Client, role: str) -> None:
    client.force_login(person(role))

    assert client.get(reverse("safety:reports")).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_page_takes_as_many_statements_for_one_as_for_many(
    client: Client, count: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    for number in range(1, count + 1):
        report(number, aware_hours_ago=number)
    client.force_login(person("MO"))
    client.get(reverse("safety:reports"))  # touches the session, once a minute

    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get(reverse("safety:reports"))
