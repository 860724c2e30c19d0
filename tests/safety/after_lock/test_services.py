"""Cases known after the database lock: clocks, notices, and the locked forms."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.audit.problems import RecordClosed
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.notices.models import Message
from record.review.services import lock_database
from safety.after_lock import services as after_lock
from safety.models import LateCase
from safety.reports.rules.clocks import Clock
from tests.outcomes import course
from tests.people import STAGE, person
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db


@pytest.fixture
def participant() -> Participant:
    participant = course.randomized()
    course.row(participant, "AE", {"term": "Nausea", "grade": "1"})
    return participant


@pytest.fixture
def two() -> list[User]:
    return [person("DM"), person("PI")]


def lock(two: list[User]) -> None:
    why = Reason("closing", "all is clean")
    lock_database(by=two[0], confirmed_by=two[1], reason=why)


def case_values(**changes: Any) -> dict[str, Any]:
    return {
        "about": None,
        "term": "Lymphoma",
        "onset": "2026-03",
        "aware_at": course.days_ago(0.1),
        "seriousness": ["life_threatening"],
        "causality": "possible",
        "outcome": "not_recovered",
        "narrative": "Found at another hospital.",
        **changes,
    }


@pytest.mark.verifies("SAF-04", "LCK-01")
def test_case_is_entered_while_every_form_is_locked(
    participant: Participant, two: list[User]
) -> None:
    officer = person("SO")
    (event,) = course.forms(participant, "AE")
    lock(two)

    case = after_lock.enter_case(participant, case_values(about=event), by=person("IN"))

    with pytest.raises(RecordClosed):
        save(event, {"grade": "2"}, by=STAGE, via=Source.COMMAND)
    messages = Message.objects.filter(occasion="late_case")
    assert {message.recipient for message in messages} == {two[1], officer}
    assert "Lymphoma" not in "".join(
        message.text + message.subject for message in messages
    )
    entry = Entry.objects.get(table_name="safety_latecase")
    assert (entry.actor, entry.row_id) == ("in", case.pk)


def test_open_database_takes_the_case_in_its_forms(participant: Participant) -> None:
    with pytest.raises(after_lock.NotAfterLock):
        after_lock.enter_case(participant, case_values(), by=person("IN"))

    assert not LateCase.objects.exists()


@pytest.mark.verifies("SAF-04")
@pytest.mark.parametrize(
    ("seriousness", "expected", "period", "days", "followup"),
    [
        (["life_threatening"], False, Clock.DAYS_7, 7, 15),
        (["important"], False, Clock.DAYS_15, 15, None),
        (["death"], True, Clock.NONE, None, None),
    ],
)
def test_clock_is_that_of_every_serious_event(
    participant: Participant,
    two: list[User],
    seriousness: list[str],
    expected: bool,  # noqa: FBT001
    period: Clock,
    days: int | None,
    followup: int | None,
) -> None:
    lock(two)
    values = case_values(seriousness=seriousness)
    case = after_lock.enter_case(participant, values, by=person("IN"))
    officer = person("SO")

    assessment = {"expected": expected, "causality_sponsor": "unlikely"}
    after_lock.assess_case(case, assessment, by=officer, why="first assessment")

    case.refresh_from_db()
    due, day_0 = after_lock.deadlines_of(case), clock.today()
    assert due.clock == period
    in_days = [
        (on - day_0).days if on else None
        for on in (due.initial_due_on, due.followup_due_on)
    ]
    assert in_days == [days, followup]
    assert due.report_to_sponsor_due_at == case.aware_at + timedelta(hours=24)


@pytest.mark.parametrize("role", ["CO", "MO", "DM", "BN"])
def test_only_investigator_and_sponsor_enter_cases(
    participant: Participant, two: list[User], role: str
) -> None:
    somebody = two[0] if role == "DM" else person(role)
    lock(two)

    with pytest.raises(PermissionDenied):
        after_lock.enter_case(participant, case_values(), by=somebody)


def test_investigator_does_not_assess_for_the_sponsor(
    participant: Participant, two: list[User]
) -> None:
    lock(two)
    investigator = person("IN")
    case = after_lock.enter_case(participant, case_values(), by=investigator)

    with pytest.raises(PermissionDenied):
        after_lock.assess_case(case, {"expected": True}, by=investigator, why="x")


def test_change_carries_its_reason(participant: Participant, two: list[User]) -> None:
    lock(two)
    investigator = person("IN")
    case = after_lock.enter_case(participant, case_values(), by=investigator)

    values = case_values(term="Hodgkin lymphoma")
    after_lock.change_case(case, values, by=investigator, why="histology came")

    entry = Entry.objects.filter(table_name="safety_latecase").latest("id")
    assert entry.new_values == {"term": "Hodgkin lymphoma"}
    assert "histology came" in str(entry.reasons)


def form_data_of(values: dict[str, Any]) -> dict[str, Any]:
    at = values["aware_at"].astimezone(dates.SITE_TZ)
    return {**values, "aware_at": f"{at:%Y-%m-%d %H:%M}", "about": ""}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"seriousness": []}, "This field is required."),
        ({"onset": "2026-13"}, "is not a date"),
        ({"aware_at": course.days_ago(-1)}, "This time lies in the future."),
        (
            {"onset": course.day(0).isoformat(), "aware_at": course.days_ago(2)},
            "cannot be aware before the event began",
        ),
    ],
)
def test_page_says_what_is_wrong_and_keeps_what_was_typed(
    client: Client,
    participant: Participant,
    two: list[User],
    changes: dict[str, Any],
    words: str,
) -> None:
    lock(two)
    client.force_login(person("IN"))
    address = reverse("safety:add_late_case") + f"?participant={participant.number}"

    answer = client.post(address, form_data_of(case_values(**changes)))

    assert words in answer.content.decode()
    assert "Lymphoma" in answer.content.decode()
    assert not LateCase.objects.exists()


def test_officer_enters_assesses_and_finds_the_case_in_the_list(
    client: Client, participant: Participant, two: list[User]
) -> None:
    lock(two)
    client.force_login(person("SO"))
    address = reverse("safety:add_late_case") + f"?participant={participant.number}"
    added = client.post(address, form_data_of(case_values()))
    case = LateCase.objects.get()
    assessed = {
        "sponsor_aware_at": clock.now()
        .astimezone(dates.SITE_TZ)
        .strftime("%Y-%m-%d %H:%M"),
        "causality_sponsor": "possible",
        "expected": "N",
        "rsi_version": "3",
        "why": "first assessment",
    }

    saved = client.post(reverse("safety:assess_late_case", args=[case.pk]), assessed)
    listing = client.get(reverse("safety:late_cases")).content.decode()
    page = client.get(reverse("safety:late_case", args=[case.pk])).content.decode()

    assert (added.status_code, saved.status_code) == (302, 302)
    assert f"{participant.number}-L{case.pk}" in listing
    assert "7 days, fatal or life-threatening" in page


@pytest.mark.parametrize("count", [1, 3])
def test_list_takes_as_many_statements_for_one_as_for_many(
    client: Client,
    participant: Participant,
    two: list[User],
    count: int,
    django_assert_num_queries: Any,
) -> None:
    lock(two)
    investigator = person("IN")
    for _number in range(count):
        after_lock.enter_case(participant, case_values(), by=investigator)
    client.force_login(person("MO"))
    client.get(reverse("safety:late_cases"))

    with django_assert_num_queries(4):
        client.get(reverse("safety:late_cases"))
