"""The clock page: what waits first, who may send, and nothing for product staff."""

import pytest
from django.test import Client
from django.urls import reverse

from entry.worklist.selectors.work import work_for
from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from safety.models import SentReport
from safety.reports.selectors.reports import ReportState, report_lines
from tests.outcomes import course
from tests.people import STAGE, person
from tests.safety.sending import send_report
from tests.shown import shown
from trial_edc import clock

pytestmark = pytest.mark.django_db
SAFETY_WORK = {"Serious event", "Follow-up report", "To assess", "To submit"}


def report(number: int, *, aware_hours_ago: float) -> FormInstance:
    """Report of a participant's serious event."""
    participant = course.randomized(number)
    event = {"serious": "Y", "term": f"Event {number}", "seriousness": ["important"]}
    course.row(participant, "AE", event)
    (form,) = course.forms(participant, "SAE")
    aware = {"aware_at": course.days_ago(aware_hours_ago / 24)}
    save(form, aware, by=STAGE, via=Source.COMMAND)
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

    seen = shown(client, reverse("safety:reports"))
    answer = client.post(reverse("safety:send", args=[form.pk]), seen, follow=True)

    assert SentReport.objects.get().form == form
    assert "The report went to the safety officers." in answer.content.decode()


@pytest.mark.parametrize(
    ("code", "values", "label"),
    [
        ("AE", {"grade": "4"}, "Grade (worst)"),
        ("SAE", {"narrative": "Worse."}, "Narrative"),
    ],
)
def test_a_report_that_changed_under_the_page_is_not_sent(
    client: Client, code: str, values: dict[str, str], label: str
) -> None:
    form = report(1, aware_hours_ago=2)
    client.force_login(person("IN"))
    address = reverse("safety:send", args=[form.pk])
    seen = shown(client, reverse("safety:reports"))
    (changed,) = course.forms(form.participant, code)
    save(changed, values, by=STAGE, via=Source.COMMAND)

    refused = client.post(address, seen, follow=True)
    assert not SentReport.objects.exists()
    client.post(address, shown(client, reverse("safety:reports")))

    words = f"Not sent: this changed since it was shown to you: {label}."
    assert words in refused.text
    assert SentReport.objects.get().form == form


def test_lacking_report_is_refused_with_words(client: Client) -> None:
    participant = course.randomized()
    course.row(participant, "AE", {"serious": "Y"})
    (form,) = course.forms(participant, "SAE")
    client.force_login(person("IN"))

    answer = client.post(reverse("safety:send", args=[form.pk]), follow=True)

    assert not SentReport.objects.exists()
    assert "Before sending, enter the term of the event" in answer.content.decode()


@pytest.mark.verifies("SAF-10")
def test_follow_up_is_begun_from_the_page_and_opened(client: Client) -> None:
    form = report(1, aware_hours_ago=2)
    send_report(form, by=person("IN"))
    client.force_login(person("CO"))

    answer = client.post(reverse("safety:follow_up", args=[form.pk]))

    second = FormInstance.objects.get(code="SAE", occurrence=2)
    assert answer["Location"] == reverse("entry:form", args=[second.pk])


def listed_participants(client: Client, name: str, query: str) -> list[str]:
    lines = client.get(reverse(name) + query).context["table"].lines
    return [getattr(line, "line", line).participant.number for line in lines]


def test_chips_and_participant_narrow_the_list(client: Client) -> None:
    sent, late, waiting = (
        report(number, aware_hours_ago=hours)
        for number, hours in ((1, 2), (2, 30), (3, 2))
    )
    send_report(sent, by=person("IN"))
    save(sent, {"tests": "CRP 200"}, by=STAGE, via=Source.COMMAND)
    client.force_login(person("MO"))

    numbers = {
        query: listed_participants(client, "safety:reports", query)
        for query in ("", "?state=waiting", "?state=overdue", "?state=changed",
                      "?state=sent", "?participant=3x", "?state=odd")
    }  # fmt: skip

    first, second, third = (form.participant.number for form in (sent, late, waiting))
    assert numbers == {
        "": [second, third, first],
        "?state=waiting": [second, third],
        "?state=overdue": [second],
        "?state=changed": [first],
        "?state=sent": [first],
        "?participant=3x": [third],
        "?state=odd": [second, third, first],
    }


SUSAR = {"causality_sponsor": "possible", "expected_per_rsi": "N", "rsi_version": "1"}


@pytest.mark.verifies("SAF-02", "SAF-03")
def test_officer_sees_what_to_assess_and_to_submit(client: Client) -> None:
    investigator = person("IN")
    forms = [report(number, aware_hours_ago=2) for number in (1, 2, 3)]
    for form in forms:
        send_report(form, by=investigator)
    first, second, third = (course.forms(form.participant, "SPA")[0] for form in forms)
    save(second, SUSAR, by=STAGE, via=Source.COMMAND)
    expected = {**SUSAR, "expected_per_rsi": "Y"}
    save(third, expected, by=STAGE, via=Source.COMMAND)
    client.force_login(person("SO"))

    numbers = {
        query: listed_participants(client, "safety:cases", f"?state={query}")
        for query in ("to_assess", "to_submit", "overdue", "susar")
    }
    page = client.get(reverse("safety:cases")).content.decode()

    assert numbers == {
        "to_assess": [first.participant.number],
        "to_submit": [second.participant.number],
        "overdue": [],
        "susar": [second.participant.number],
    }
    assert page.count("Unblinded…") == 1
    submitted = {"submitted_on": clock.today(), "authority": ["nmpa"]}
    save(second, submitted, by=STAGE, via=Source.COMMAND)
    assert listed_participants(client, "safety:cases", "?state=to_submit") == []


def test_work_names_what_each_role_has_to_do_next(client: Client) -> None:
    people = {role: person(role) for role in ("CO", "IN", "SO")}
    waiting, sent, susar = (report(number, aware_hours_ago=2) for number in (1, 2, 3))
    for form in (sent, susar):
        send_report(form, by=people["IN"])
    save(sent, {"tests": "CRP 200"}, by=STAGE, via=Source.COMMAND)
    assessment = course.forms(susar.participant, "SPA")[0]
    save(assessment, SUSAR, by=STAGE, via=Source.COMMAND)

    def kinds(role: str) -> list[tuple[str, str]]:
        work = [(item.kind, item.participant) for item in work_for(people[role])]
        return sorted(item for item in work if item[0] in SAFETY_WORK)

    assert kinds("CO") == [
        ("Follow-up report", sent.participant.number),
        ("Serious event", waiting.participant.number),
    ]
    assert kinds("IN") == [
        ("Follow-up report", sent.participant.number),
        ("Serious event", waiting.participant.number),
    ]
    assert kinds("SO") == [
        ("Serious event", waiting.participant.number),
        ("To assess", sent.participant.number),
        ("To submit", susar.participant.number),
    ]


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

    with django_assert_num_queries(6):  # type: ignore[operator]
        client.get(reverse("safety:reports"))


@pytest.mark.parametrize("count", [1, 3])
def test_cases_take_as_many_statements_for_one_as_for_many(
    client: Client, count: int, django_assert_num_queries: pytest.FixtureRequest
) -> None:
    investigator = person("IN")
    for number in range(1, count + 1):
        send_report(report(number, aware_hours_ago=2), by=investigator)
    client.force_login(person("SO"))
    client.get(reverse("safety:cases"))

    with django_assert_num_queries(5):  # type: ignore[operator]
        client.get(reverse("safety:cases"))
