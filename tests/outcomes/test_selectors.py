"""Endpoints of participants whose course was entered through the services."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcomes.rules import Endpoints, Recovery, RrtDependence, Survival
from outcomes.selectors import endpoints_by_participant
from record.audit.attribution import Source
from record.capture.services.forms import save
from record.casebook.derived import derived_values
from record.casebook.models import Participant
from record.casebook.selectors import casebook_of, data_of, row_of
from tests.outcomes import course
from tests.people import STAGE

pytestmark = pytest.mark.django_db


def survivor(number: int = 1) -> Participant:
    """A participant with day 28 and month 3 on record."""
    person = course.randomized(number, infused=110)
    course.row(person, "CRE", {"sample_at": course.days_ago(83), "value": 110})
    course.row(person, "CRE", {"sample_at": course.days_ago(20), "value": 130})
    seen = {"performed": "Y", "mode": "in_person", "informant": "participant"}
    course.enter(person, "VIS", {**seen, "visit_date": course.day(82)}, "D28")
    course.enter(person, "VIS", {**seen, "visit_date": course.day(20)}, "M3")
    stay = {"kind": "hospital", "hospital": "ours", "in_at": course.days_ago(112)}
    course.row(person, "STY", {**stay, "out_at": course.days_ago(100)})
    course.row(
        person,
        "RRT",
        {"row_kind": "course", "started_at": f"{course.day(109)}"}
        | {"ended_at": f"{course.day(105)}", "ongoing": "N"},
    )
    event = {"onset": f"{course.day(90)}", "grade": "2", "serious": "N"}
    course.row(person, "AE", event)
    return person


@pytest.mark.verifies("OUT-09")
def test_endpoints_rest_on_what_was_entered() -> None:
    person = survivor()

    derived = endpoints_by_participant([person])[person.pk]

    assert derived.day0 == course.day(110)
    assert (derived.scr_d28, derived.scr_d28_on) == (Decimal(110), course.day(83))
    assert derived.scr_d28_ratio == Decimal("1.375")
    assert (derived.os28_status, derived.os3m_status) == (
        Survival.ALIVE,
        Survival.ALIVE,
    )
    assert derived.rrt_m3 == RrtDependence.INDEPENDENT
    assert derived.ever_rrt_3m == "yes"
    assert (derived.scr_m3, derived.recovery_m3) == (Decimal(130), Recovery.PARTIAL)
    assert derived.hosp_days == Decimal(10)
    assert (derived.teae_n, derived.sae_any, derived.teae_max_grade) == (1, False, 2)


def test_baseline_follows_the_corrected_sample() -> None:
    person = survivor()
    baseline = course.forms(person, "CRE")[0]

    save(baseline, {"value": 100}, by=STAGE, via=Source.COMMAND)

    derived = endpoints_by_participant([person])[person.pk]
    assert derived.scr_d28_ratio == Decimal("1.1")
    assert derived.recovery_m3 == Recovery.COMPLETE


def test_death_with_an_unknown_day_decides_only_what_both_bounds_agree_on() -> None:
    person = course.randomized(infused=100)
    month = course.day(72).isoformat()[:7]

    course.enter(person, "DTH", {"death_on": month})

    derived = endpoints_by_participant([person])[person.pk]
    first, last = date.fromisoformat(f"{month}-01"), course.day(72).replace(day=28)
    decided = (first > derived.d28_date) or (last <= derived.d28_date)
    assert decided or derived.os28_status == Survival.UNKNOWN
    assert derived.os3m_status == Survival.DEAD


def test_nobody_randomized_has_no_endpoints() -> None:
    assert endpoints_by_participant([course.participant()]) == {}


@pytest.mark.parametrize("people", [1, 3])
def test_endpoints_of_many_take_one_select(people: int) -> None:
    cohort = [survivor(number) for number in range(1, people + 1)]

    with CaptureQueriesContext(
        connection,
    ) as statements:
        derived = endpoints_by_participant(cohort)

    assert len(derived) == people
    assert len(statements) == 1


def test_month_3_form_shows_all_25_endpoints() -> None:
    person = survivor()
    form = course.enter(person, "OM3", {"vital_status": "alive"}, visit="M3")

    derived = derived_values(data_of(form, row_of(form)), casebook_of(person))

    names = [value.derivation.name for value in derived]
    assert sorted(names) == sorted(Endpoints.__dataclass_fields__)
