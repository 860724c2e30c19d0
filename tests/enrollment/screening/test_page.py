"""The screening log: everybody approached, counts that drill down, numbers for once."""

import re
import threading
from itertools import product
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from enrollment.models import ScreeningLog
from enrollment.problems import EnrollmentRefused
from enrollment.screening import services as screening
from enrollment.screening.page import row_of
from enrollment.screening.selectors import (
    STATES,
    counts_by_criterion,
    counts_by_reason,
    counts_of,
    filtered,
    screenings,
)
from record.accounts.models import User
from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import SaveRefused
from record.capture.services.form_status import restore_row, strike_row
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from tests.enrollment import factories
from tests.enrollment.lines import screening_log
from trial_edc import clock

LOG = "/enrollment/"
ERROR = Reason("error", "Registered twice.")


def closed(person: Participant, by: User, reason: str) -> None:
    screening.close_screening(person, reason=reason, closed_at=clock.now(), by=by)


def strike(person: Participant, by: User, episode: int = 1) -> None:
    form = factories.data(person, "SCN", occurrence=episode)
    strike_row(form, by=by, reason=ERROR, via=Source.PAGE)


@pytest.fixture
def world(coordinator: User, investigator: User) -> dict[str, Participant]:
    """One of each: open, declined, ineligible and screened again, in error."""
    people = {
        "open": factories.consented(coordinator),
        "declined": factories.approached(coordinator, approach_result="declined"),
        "old": factories.consented(coordinator),
        "again": factories.consented(coordinator),
        "error": factories.approached(coordinator),
    }
    born = {"birth_date": "1940-01-01", "sex": "M"}
    data = factories.data(people["old"], "DEM")
    save(data, born, by=coordinator, via=Source.IMPORT, complete=True)
    closed(people["old"], coordinator, "criteria_failed")
    closed(people["again"], coordinator, "time_expired")
    screening.rescreen(people["again"], by=coordinator, approached_at=clock.now())
    strike(people["error"], investigator)
    return people


def test_every_screening_of_everybody_has_a_line(
    world: dict[str, Participant], coordinator: User
) -> None:
    lines = screening_log(coordinator)

    assert [(line.number, line.state, line.reason) for line in lines] == [
        ("S-005M", "struck_out", ""),
        ("S-004G.1", "consented", ""),
        ("S-004G", "screen_failed", "Time expired"),
        ("S-003A", "screen_failed", "Criteria failed"),
        ("S-002W", "screen_failed", "Declined"),
        ("S-001R", "consented", ""),
    ]
    old = next(line for line in lines if line.participant == world["old"])
    assert old.criteria[0] == "I1:unknown"
    assert {"I2:not_met", "E1:unknown", "E20:unknown"} < set(old.criteria)
    expired = next(line for line in lines if line.number == "S-004G")
    assert expired.data is not None
    assert ":unknown" in expired.data.values["failed_criteria"]
    assert not [item for item in expired.criteria if item.endswith(":unknown")]


@pytest.mark.usefixtures("world")
def test_the_states_part_the_log_and_each_count_shows_as_many_lines(
    coordinator: User,
) -> None:
    rows = screenings(coordinator)
    counts = counts_of(rows)

    assert counts == {
        "open": 2,
        "randomised": 0,
        "failed": 3,
        "error": 1,
        "again": 1,
        "total": 6,
        "people": 4,
    }
    assert sum(map(counts.get, STATES)) - counts["again"] == len(rows)
    for state in STATES:
        selected = filtered(rows, state=state, reason="", criterion="")
        assert len(selected) == counts[state]
    reasons = counts_by_reason(rows)
    assert reasons == {"criteria_failed": 1, "declined": 1, "time_expired": 1}
    for key, count in reasons.items():
        assert len(filtered(rows, state="", reason=key, criterion="")) == count
    for key, count in counts_by_criterion(rows).items():
        assert len(filtered(rows, state="", reason="", criterion=key)) == count


FROZEN = ("", "I1:unknown", "E9:present; I2:not_met", "I1:unknown; E9:present")
ENDS = {
    "approach_result": (None, "declined", "consented"),
    "screen_failure_reason": (None, "criteria_failed", "not_evaluable", "death"),
    "failed_criteria": FROZEN,
}


def test_what_sql_says_of_each_end_is_what_its_line_says(coordinator: User) -> None:
    person = factories.approached(coordinator)
    form = factories.data(person, "SCN")
    with attributed(by=coordinator, via=Source.PAGE):
        for values in product(*ENDS.values()):
            ScreeningLog.objects.filter(form=form).update(
                **dict(zip(ENDS, values, strict=True))
            )
            (one,) = screenings(coordinator)
            line = row_of(one)
            assert (one.reason, one.criteria) == (line.reason_code, line.criteria)


@pytest.mark.usefixtures("world")
def test_every_chip_of_the_page_leads_to_the_lines_that_it_counts(
    coordinator: User,
) -> None:
    client = Client()
    client.force_login(coordinator)
    page = client.get(LOG).text
    chips = re.findall(r'class="chip" href="([^"]+)"[^>]*>([^<]*?)(\d+)</a>', page)

    assert len(chips) > 10
    for address, label, count in chips:
        query = dict(parse_qsl(urlsplit(address).query))
        lines = client.get(LOG, query).context["table"].lines
        assert (label, len(lines)) == (label, int(count))
    assert "No screening fits this filter" in client.get(LOG, {"reason": "x"}).text


@pytest.mark.verifies("AUD-06")
def test_the_number_of_a_registration_in_error_is_never_given_again(
    coordinator: User, investigator: User
) -> None:
    wrong = factories.approached(coordinator)
    strike(wrong, investigator)

    assert factories.approached(coordinator).number == "S-002W"
    assert Participant.objects.get(number="S-001R") == wrong
    form = factories.data(wrong, "SCN")
    restore_row(form, by=investigator, reason=ERROR, via=Source.PAGE)
    assert [line.state for line in screening_log(coordinator)] == ["approached"] * 2


def test_the_number_of_a_rescreening_in_error_is_never_given_again(
    coordinator: User, investigator: User, eligible: Participant
) -> None:
    closed(eligible, coordinator, "time_expired")
    screening.rescreen(eligible, by=coordinator, approached_at=clock.now())
    strike(eligible, investigator, episode=2)

    screening.rescreen(eligible, by=coordinator, approached_at=clock.now())

    numbers = [line.number for line in screening_log(coordinator)]
    assert numbers == [f"{eligible.number}{dot}" for dot in (".2", ".1", "")]


def test_a_screening_that_more_has_followed_is_not_struck_out(
    coordinator: User, investigator: User
) -> None:
    person = factories.consented(coordinator)

    with pytest.raises(SaveRefused) as refusal:
        strike(person, investigator)

    assert [finding.check_id for finding in refusal.value.findings] == ["SCN-09"]
    assert factories.data(person, "SCN").struck_at is None


def test_the_page_tells_why_a_screening_is_not_struck_out(
    coordinator: User, investigator: User
) -> None:
    form = factories.data(factories.consented(coordinator), "SCN")
    client = Client()
    client.force_login(investigator)
    typed = {"act": "strike", "code": "other", "text": "Twice."}

    page = client.post(reverse("entry:strike", args=[form.pk]), typed, follow=True).text

    assert "More has followed this screening: close it instead." in page


@pytest.mark.django_db(transaction=True)
def test_two_who_screen_again_at_once_begin_one_screening() -> None:
    coordinator = factories.account("liwei", "CO")
    person = factories.consented(coordinator)
    closed(person, coordinator, "time_expired")
    barrier, outcomes = threading.Barrier(2), list[str]()

    def again() -> None:
        try:
            barrier.wait()
            screening.rescreen(person, by=coordinator, approached_at=clock.now())
            outcomes.append("begun")
        except EnrollmentRefused as problem:
            outcomes.append(problem.reasons[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=again) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["The present screening is not closed yet.", "begun"]
    screenings = FormInstance.objects.filter(participant=person, code="SCN")
    assert sorted(screenings.values_list("occurrence", flat=True)) == [1, 2]
