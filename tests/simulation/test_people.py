"""Draws without a database: plausible, in order of time, fit for the fate."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from enrollment.eligibility.rules.egfr import egfr
from record.accounts.models import User
from simulation.clinical_events import draw_clinical_events
from simulation.demo_users import DEMO_USERS
from simulation.people import (
    FIRST_FATES,
    NOT_RANDOMIZED,
    Person,
    draw_person,
    draw_places,
)
from simulation.site import Site
from simulation.writer import SimulatedCase, acts_of

TODAY = date(2026, 6, 1)
PEOPLE = 300
STAFF = {member.key: User(pk=number) for number, member in enumerate(DEMO_USERS, 1)}
SITE = Site(STAFF, laboratory=1, slots=0)


def dice(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - the same people in each run


@pytest.fixture(scope="module")
def people() -> list[Person]:
    order = draw_places(PEOPLE, dice(3), longest_days=1000)
    return [draw_person(place, TODAY, dice(place.number)) for place in order]


def test_places_are_in_order_of_time_and_begin_with_every_fate_of_the_opening():
    order = draw_places(PEOPLE, dice(3), longest_days=1000)

    assert [place.number for place in order] == list(range(1, PEOPLE + 1))
    days = [place.days_ago for place in order]
    assert days == sorted(days, reverse=True)
    assert set(FIRST_FATES) <= {(place.days_ago, place.fate) for place in order}


def test_about_a_third_fails_and_few_die(people: list[Person]):
    not_randomized = [person for person in people if person.fate in NOT_RANDOMIZED]
    dead = [person for person in people if person.died_at]

    assert 0.3 < len(not_randomized) / PEOPLE < 0.45
    assert 0.1 < len(dead) / (PEOPLE - len(not_randomized)) < 0.2


def test_whoever_is_randomized_meets_the_kidney_criteria(people: list[Person]):
    for person in people:
        if person.fate in NOT_RANDOMIZED:
            continue
        baseline = Decimal(round(person.kidney.baseline))
        age = person.age_on(person.consent_at.date())
        filtration = egfr(creatinine_umol_l=baseline, age_years=age, sex=person.sex)
        assert 18 <= age <= 65
        assert filtration >= 60
        assert round(person.kidney.later) > 2 * round(person.kidney.first)
        assert person.kidney.hours <= 48


def test_what_happens_ends_after_it_begins_and_before_death(people: list[Person]):
    for person in people:
        clinical = draw_clinical_events(person, dice(person.place.number))
        spans: list[Any] = [
            *clinical.stays,
            *clinical.dialysis,
            *clinical.drugs,
            *clinical.adverse_events,
        ]
        assert all(span.until is None or span.since < span.until for span in spans)
        if person.died_at:
            assert all(span.since < person.died_at for span in spans)


def test_acts_are_in_order_and_none_comes_before_the_approach(people: list[Person]):
    for person in people:
        rng = dice(person.place.number)
        acts = acts_of(
            SimulatedCase(person, draw_clinical_events(person, rng), SITE, rng)
        )
        times = [act.at for act in acts]
        assert times == sorted(times)
        assert times[0] > person.approached_at
        assert all(at.second == at.microsecond == 0 for at in times)
