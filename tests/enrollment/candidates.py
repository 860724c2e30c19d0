"""Candidates for the eligibility rules: one who is eligible, and changes of him."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from enrollment.eligibility.rules import (
    CriterionAnswer,
    Evidence,
    Injury,
    Sample,
    State,
    TimedCollection,
    assess,
)
from trial_edc.dates import SITE_TZ
from trial_edc.vocabulary import Sex

CONSENT_ON = date(2023, 5, 10)
RISE_AT = datetime(2023, 5, 9, 20, tzinfo=SITE_TZ)
INCLUSIONS = ("I3", "I4")
JUDGED = tuple(f"E{number}" for number in (*range(1, 9), 10, 12, 14, 15, 16, 19, 20))
BESIDE_NUMBERS = ("E11_arrhythmia_or_severe", "E18_other")


def at(text: str) -> datetime:
    """Read a wall-clock time of the site."""
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TZ)


def sample(when: str, value: str, unit: str = "umol/L") -> Sample:
    return Sample(at(when), Decimal(value), unit, id=when)


def hourly(start: datetime, *ml: str | None) -> tuple[TimedCollection, ...]:
    hour = timedelta(hours=1)
    return tuple(
        TimedCollection(
            start + n * hour,
            start + (n + 1) * hour,
            None if volume is None else Decimal(volume),
        )
        for n, volume in enumerate(ml)
    )


def candidate(**changes: Any) -> Evidence:
    """An eligible man of 50, or what the changes make of him."""
    answers = dict.fromkeys(INCLUSIONS, CriterionAnswer.YES)
    answers |= dict.fromkeys((*JUDGED, *BESIDE_NUMBERS), CriterionAnswer.NO)
    eligible = Evidence(
        consent_on=CONSENT_ON,
        birth_on=date(1973, 3, 15),
        sex=Sex.MALE,
        samples=(
            sample("2023-04-01T08:00", "80"),
            sample("2023-05-08T08:00", "85"),
            sample("2023-05-09T20:00", "200"),
        ),
        weight_kg=Decimal(70),
        lvef_pct=Decimal(60),
        platelets=Decimal(150),
        steroids=(),
        immunosuppressants=(),
        failed_organs=frozenset(),
        answers=answers,
    )
    return replace(eligible, **changes)


def answered(criterion: str, answer: CriterionAnswer | None) -> Evidence:
    return candidate(answers={**candidate().answers, criterion: answer})


def state(evidence: Evidence, criterion: str) -> State:
    outcomes = {outcome.criterion: outcome for outcome in assess(evidence).outcomes}
    return outcomes[criterion].state


def injury_of(evidence: Evidence) -> Injury:
    """Grounds of I1."""
    basis = assess(evidence).outcomes[0].basis
    assert isinstance(basis, Injury)
    return basis
