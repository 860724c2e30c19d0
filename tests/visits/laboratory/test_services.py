"""Laboratories, their reference ranges, and what lies outside of them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from record.casebook import engine
from record.casebook.selectors import casebook_of
from tests.people import STAGE, person
from tests.visits import stage
from visits.laboratory import services as laboratories
from visits.laboratory.services import Range
from visits.laboratory.vocabulary import Analyte
from visits.models import Laboratory
from visits.schedule.problems import VisitRefused

pytestmark = pytest.mark.django_db
POTASSIUM = Range(
    Analyte.POTASSIUM, "any", "mmol/L", Decimal("3.5"), Decimal("5.3"), date(2020, 1, 1)
)


@pytest.fixture
def laboratory() -> Laboratory:
    return laboratories.register_laboratory("CENTRAL", "Central laboratory", by=STAGE)


def enter_and_approve(laboratory: Laboratory, values: Range) -> None:
    manager, leader = person("DM"), person("PI")
    reference_range = laboratories.enter_range(laboratory, values, by=manager)
    laboratories.approve_range(reference_range, by=leader)


def significance_needed(someone, laboratory, potassium, *, ago):
    panel = stage.enter(
        someone,
        "LAB",
        {
            "sampled_at": stage.days_ago(ago),
            "laboratory": laboratory.pk,
            "potassium": (potassium, "mmol/L"),
        },
        visit="D7",
    )
    data = stage.stored(panel)
    item = type(stage.row_of(panel)).crf_items()["significance"]
    return engine.is_required(item, data, casebook_of(someone))


@pytest.mark.parametrize(
    ("potassium", "ago", "needed"),
    [("5.3", 1, False), ("5.4", 1, True), ("3.4", 1, True), ("5.4", 3, False)],
)
def test_value_out_of_range_after_infusion_1_is_judged(
    laboratory, potassium, ago, needed
):
    enter_and_approve(laboratory, POTASSIUM)
    someone = stage.infused(ago=2)

    assert significance_needed(someone, laboratory, potassium, ago=ago) is needed


def test_range_counts_only_once_approved(laboratory):
    laboratories.enter_range(laboratory, POTASSIUM, by=person("DM"))
    someone = stage.infused(ago=2)

    assert not significance_needed(someone, laboratory, "9", ago=1)


def test_ranges_need_two_persons_and_a_known_unit(laboratory):
    manager, leader, clerk = person("DM"), person("PI"), person("CO")

    with pytest.raises(PermissionDenied):
        laboratories.enter_range(laboratory, POTASSIUM, by=clerk)
    reference_range = laboratories.enter_range(laboratory, POTASSIUM, by=manager)
    with pytest.raises(PermissionDenied):
        laboratories.approve_range(reference_range, by=manager)
    laboratories.approve_range(reference_range, by=leader)
    in_mg = Range(Analyte.POTASSIUM, "F", "mg/dL", None, Decimal(5), date(2020, 1, 1))
    with pytest.raises(VisitRefused):
        laboratories.enter_range(laboratory, in_mg, by=manager)


@pytest.mark.parametrize(("low", "high"), [(None, None), (Decimal(5), Decimal(4))])
def test_range_without_sense_is_refused_by_the_database(laboratory, low, high):
    manager = person("DM")
    invalid = Range(Analyte.CRP, "any", "mg/L", low, high, date(2020, 1, 1))

    with pytest.raises(IntegrityError), transaction.atomic():
        laboratories.enter_range(laboratory, invalid, by=manager)
