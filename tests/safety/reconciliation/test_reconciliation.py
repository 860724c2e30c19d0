"""Differences between log, reports, death, stays and the sponsor's safety database."""

import re
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from safety.models import AcceptedDifference, SafetyCase, SafetyList
from safety.reconciliation import services
from safety.reconciliation.problems import NotReconciled
from safety.reconciliation.rules.reading import CaseRow
from safety.reconciliation.selectors import (
    DifferenceLine,
    difference_lines,
    difference_lines_for,
)
from safety.reconciliation.vocabulary import DifferenceState
from tests.outcomes import course
from tests.people import STAGE, person
from tests.randomization.stage import colleague
from tests.safety.sending import send_report
from trial_edc import clock

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("SAF-05")]
SERIOUS = {"serious": "Y", "term": "Shock", "seriousness": ["life_threatening"]}


def kinds(*, of: Participant | None = None) -> list[str]:
    lines = [line for line in difference_lines() if of in (None, line.participant)]
    return [line.kind.value for line in lines]


def event(participant: Participant, **values: Any) -> FormInstance:
    return course.row(participant, "AE", {**SERIOUS, **values})


def change(form: FormInstance, **values: Any) -> None:
    save(form, values, by=STAGE, via=Source.COMMAND)


def sent(participant: Participant, kind: str = "initial") -> FormInstance:
    """Send the last report of the participant."""
    report = course.forms(participant, "SAE")[-1]
    change(report, aware_at=course.days_ago(0.01), report_kind=kind)
    return send_report(report, by=colleague("IN")).form


def test_a_serious_event_without_a_difference_needs_a_report_that_was_sent():
    participant = course.randomized()
    assert kinds() == []

    event(participant)
    assert kinds() == ["not_sent"]

    sent(participant)
    assert kinds() == []


def test_an_event_that_ended_needs_a_final_report():
    participant = course.randomized()
    shock = event(participant, onset="2026-04-01", ongoing="Y")
    sent(participant)

    change(shock, ongoing="N", ended="2026-04-03", outcome="recovered")

    assert kinds() == ["changed", "no_final"]
    (changed, _final) = difference_lines()
    assert changed.ours == "End, Outcome"


def test_a_report_on_an_event_that_is_not_serious_after_all():
    participant = course.randomized()
    shock = event(participant)
    sent(participant)

    change(shock, serious="N", seriousness=[])

    assert kinds() == ["not_serious"]


@pytest.mark.parametrize(
    ("ended", "expected"), [("2026-04-10", []), ("2026-04-09", ["death_date"])]
)
def test_a_fatal_event_ends_with_the_death(ended, expected):
    participant = course.randomized()
    fatal = {"seriousness": ["death"], "grade": "5", "outcome": "fatal"}
    event(participant, onset="2026-04-08", ongoing="N", ended=ended, **fatal)
    of_death = {"no_death", "no_fatal_event", "death_date"}

    assert of_death.intersection(kinds()) == {"no_death"}

    course.enter(participant, "DTH", {"death_on": "2026-04-10"})
    assert of_death.intersection(kinds()) == set(expected)


def test_hospitalisation_needs_a_stay_since_the_onset():
    participant = course.randomized()
    event(participant, seriousness=["hospitalisation"], onset="2026-04-08")
    assert "no_stay" in kinds()

    earlier = {"in_at": course.days_ago(90), "out_at": course.days_ago(80)}
    course.row(participant, "STY", {"kind": "hospital", **earlier})
    assert "no_stay" in kinds()

    course.row(participant, "STY", {"kind": "hospital", "in_at": course.days_ago(2)})
    assert "no_stay" not in kinds()


def test_whoever_reads_no_stays_learns_of_none():
    event(course.randomized(), seriousness=["hospitalisation"], onset="2026-04-08")

    by_role = {
        role: [line.kind.value for line in difference_lines_for(person(role))]
        for role in ("DM", "SO")
    }

    assert by_role == {"DM": ["not_sent", "no_stay"], "SO": ["not_sent"]}


def case(number: str, **values: str) -> CaseRow:
    usual = {"participant": "S001X", "term": "Shock", "onset": "2026-04-01"}
    return CaseRow(2, number, **{**usual, **values})


def against(*cases: CaseRow) -> list[tuple[str, str, str]]:
    """What differs from a list of these cases."""
    services.store_list(clock.today(), cases, b"file", by=person("DM"))
    return [
        (line.kind.value, line.ours, line.theirs)
        for line in difference_lines()
        if line.kind.value != "not_sent"
    ]


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        ([], [("not_in_list", "", "")]),
        ([case("A")], []),
        ([case("A", onset="2026-04")], []),
        ([case("A", outcome="fatal")], [("other_outcome", "Recovering", "Fatal")]),
        (
            [case("A", onset="2026-04-02", causality="unrelated")],
            [
                ("other_onset", "2026-04-01", "2026-04-02"),
                ("other_causality", "Possible", "Unrelated"),
            ],
        ),
        (
            [case("A"), case("B", term="Stroke", onset="2026-04-05")],
            [("not_in_log", "", "Stroke · 2026-04-05")],
        ),
        ([case("A", term="Circulatory collapse")], []),
    ],
)
def test_the_log_and_the_safety_database(cases, expected):
    judged = {"outcome": "recovering", "caused_by_infusion": "possible"}
    event(course.randomized(), onset="2026-04-01", **judged)

    assert against(*cases) == expected


def test_a_list_that_names_a_stranger_is_refused_as_a_whole():
    course.randomized()

    with pytest.raises(NotReconciled, match="Line 2: there is no participant S-999Z"):
        against(case("A"), case("B", participant="S-999Z"))

    assert not SafetyList.objects.exists()
    assert not SafetyCase.objects.exists()


def test_a_list_that_is_sent_twice_is_stored_once(client: Client):
    someone = course.randomized()
    client.force_login(person("SO"))
    page = client.get(reverse("safety:reconciliation")).content.decode()
    key = re.search(r'name="act_key" value="([^"]+)"', page)
    content = f"case,participant,term,onset\nA1,{someone.number},Shock,2026-04-01\n"

    for _twice in range(2):
        typed = {
            "cut_off_on": clock.today().isoformat(),
            "cases": SimpleUploadedFile("cases.csv", content.encode()),
            "act_key": key and key[1],
        }
        answer = client.post(reverse("safety:upload_safety_list"), typed, follow=True)

    assert (SafetyList.objects.count(), SafetyCase.objects.count()) == (1, 1)
    assert "That was done already; nothing changed." in answer.content.decode()


def only_line() -> DifferenceLine:
    (line,) = difference_lines()
    return line


def accept(line: DifferenceLine, reason: str, *, by: User) -> AcceptedDifference:
    digest = line.difference.digest
    return services.accept_difference(line.participant, digest, reason, by=by)


def test_what_is_accepted_holds_for_these_values_alone():
    participant = course.randomized()
    shock = event(participant, onset="2026-04-01")
    sent(participant)
    change(shock, onset="2026-04-02")
    line, manager = only_line(), person("DM")

    accepted = accept(line, "The sponsor knows.", by=manager)

    assert accept(line, "Again.", by=manager) == accepted
    assert only_line().state == DifferenceState.ACCEPTED
    change(shock, onset="2026-04-03")
    assert only_line().state == DifferenceState.OPEN
    with pytest.raises(NotReconciled, match="not there any more"):
        accept(line, "Too late.", by=manager)


def test_an_acceptance_is_withdrawn_once():
    event(course.randomized())
    manager = person("DM")
    accepted = accept(only_line(), "Known.", by=manager)

    services.withdraw_acceptance(accepted, by=manager)
    withdrawn_at = accepted.withdrawn_at
    services.withdraw_acceptance(accepted, by=manager)

    assert only_line().state == DifferenceState.OPEN
    assert AcceptedDifference.objects.get().withdrawn_at == withdrawn_at


@pytest.mark.parametrize("role", ["CO", "IN", "PI", "BR"])
def test_who_may_not_close_a_query_accepts_nothing(role):
    event(course.randomized())

    with pytest.raises(PermissionDenied):
        accept(only_line(), "Known.", by=person(role))


def test_the_page_keeps_a_reason_that_is_refused(client: Client):
    event(course.randomized())
    client.force_login(person("SO"))
    number, digest = only_line().participant.number, only_line().difference.digest
    address = reverse("safety:accept_difference", args=[number])

    answer = client.post(address, {"difference": digest, "reason": "MSC given"})

    assert answer.status_code == 409
    assert 'value="MSC given"' in answer.content.decode()
    assert not AcceptedDifference.objects.exists()


@pytest.mark.parametrize("role", ["DM", "MO", "SO"])
def test_open_differences_are_work(client: Client, role):
    event(course.randomized())
    client.force_login(person(role))

    work = client.get(reverse("entry:my_work")).content.decode()
    page = client.get(reverse("safety:reconciliation")).content.decode()

    assert "1 difference" in work
    assert "Report not sent to the sponsor" in page
