"""Withdrawal, contacts, and the end of study that waits for every visit."""

from typing import Any

import pytest

from record.audit.attribution import Reason, Source, attributed
from record.capture.problems import EraseNeeded, SaveRefused
from record.capture.services.form_status import strike_row
from record.capture.services.forms import save
from record.casebook.models import FormStatus, Participant
from record.casebook.services import form_instances
from tests.outcomes import course
from tests.people import STAGE

pytestmark = pytest.mark.django_db
MISTAKE = Reason("error", "wrong person")
SEEN = {"performed": "Y", "mode": "in_person", "informant": "participant"}


def end(participant: Participant, reason: str, **values: Any) -> list[str]:
    """Try to end the study; return the ids of the checks that refuse it."""
    values_entered = {"reason": reason, "on": course.day(0), **values}
    try:
        course.enter(participant, "EOS", values_entered)
    except SaveRefused as refused:
        return [finding.check_id for finding in refused.findings]
    return []


def seen_at(participant: Participant, **days_ago: int) -> None:
    for visit, ago in days_ago.items():
        on = course.day(ago)
        course.enter(participant, "VIS", {**SEEN, "visit_date": on}, visit)


@pytest.mark.verifies("WIN-06")
def test_open_visits_refuse_the_end_of_study() -> None:
    participant = course.randomized(infused=100)

    assert end(participant, "completed") == ["EOS-01"]

    seen_at(participant, SCR=101, D0=100, M3=10)

    assert end(participant, "completed") == []


def contacted(participant: Participant, *days_ago: float) -> None:
    """Record contact attempts without an answer."""
    for at in days_ago:
        attempt = {"at": course.days_ago(at), "channel": "phone", "result": "no_answer"}
        course.row(participant, "CAL", attempt)


@pytest.mark.verifies("WIN-06")
@pytest.mark.parametrize(
    ("attempts", "refused"),
    [
        ((20, 10, 6), []),
        ((19, 10, 6), ["EOS-02"]),
        ((20, 6), ["EOS-02"]),
        ((20, 19.9, 6), ["EOS-02"]),
    ],
)
def test_lost_needs_three_days_of_attempts_over_two_weeks(
    attempts: tuple[float, ...], refused: list[str]
) -> None:
    participant = course.randomized(infused=130)
    seen_at(participant, SCR=131, D0=130)
    contacted(participant, *attempts)

    assert end(participant, "lost") == refused


def test_death_and_the_reason_died_go_together() -> None:
    participant = course.randomized(infused=10)
    seen_at(participant, SCR=11, D0=10)

    assert "EOS-03" in end(participant, "died")

    course.enter(participant, "DTH", {"death_on": course.day(9).isoformat()})

    assert end(participant, "other") == ["EOS-03"]
    assert end(participant, "died") == []


@pytest.mark.parametrize("kind", ["infusion_only", "visits_lookup_allowed"])
def test_every_withdrawal_closes_infusion_2_until_it_is_revoked(kind: str) -> None:
    participant = course.randomized(infused=3)
    (requested,) = [course.enter(participant, "IRQ", {}, visit="D7")]
    assert requested.status == FormStatus.DRAFT
    with attributed(by=STAGE, via=Source.COMMAND):
        bedside = form_instances.ensure_form(participant, "INF", visit="D7")

    withdrawal = course.row(participant, "WDR", {"kind": kind, "on": course.day(1)})

    bedside.refresh_from_db()
    assert bedside.status == FormStatus.NOT_APPLICABLE
    assert course.forms(participant, "EOS") == []

    strike_row(withdrawal, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    bedside.refresh_from_db()
    assert bedside.status == FormStatus.NOT_STARTED


def test_withdrawal_from_everything_asks_for_the_end_of_study() -> None:
    participant = course.randomized(infused=3)

    withdrawal = course.row(
        participant, "WDR", {"kind": "everything", "on": course.day(2)}
    )

    assert len(course.forms(participant, "EOS")) == 1
    with pytest.raises(SaveRefused) as refused:
        course.row(participant, "CAL", {"at": course.days_ago(0.01)})
    assert [finding.check_id for finding in refused.value.findings] == ["CAL-01"]

    strike_row(withdrawal, by=STAGE, reason=MISTAKE, via=Source.COMMAND)

    assert course.forms(participant, "EOS") == []


def test_call_that_reports_a_death_asks_for_the_death_form() -> None:
    participant = course.randomized(infused=50)

    course.row(
        participant, "CAL", {"at": course.days_ago(1), "result": "death_reported"}
    )

    assert len(course.forms(participant, "DTH")) == 1


def test_creatinine_in_the_window_hides_the_reason_for_none() -> None:
    participant = course.randomized(infused=40)
    outcome = course.enter(
        participant, "O28", {"creatinine_missing": "refused"}, visit="D28"
    )

    course.row(participant, "CRE", {"sample_at": course.days_ago(12), "value": 99})

    with pytest.raises(EraseNeeded) as refused:
        save(outcome, {"vital_status": "alive"}, by=STAGE, via=Source.COMMAND)
    assert refused.value.items == ["creatinine_missing"]


def test_dead_needs_the_death_form_first() -> None:
    participant = course.randomized(infused=40)

    with pytest.raises(SaveRefused) as refused:
        course.enter(participant, "O28", {"vital_status": "dead"}, visit="D28")

    assert [finding.check_id for finding in refused.value.findings] == ["O28-01"]
