"""The casebook grid: forms that are no longer required look so."""

import pytest

from entry.casebook.selectors.grid import casebook_grid_of
from record.accounts.models import User
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db


def looks(someone, visit: str) -> dict[str, str]:
    reader = User.objects.filter(role="IN").first() or person("IN")
    book = casebook_grid_of(someone, reader)
    column = [visit_column.code for visit_column in book.columns].index(visit)
    return {
        row.design.code: row.cells[column].status
        if len(row.cells[column]) > 1
        else row.cells[column][0].status
        for row in book.rows
        if row.cells[column]
    }


def test_empty_forms_of_visits_that_a_death_ended_are_not_required():
    someone = stage.infused(ago=5)
    stage.enter(someone, "VIT", {"weight_kg": 70}, visit="D28")
    stage.enter(someone, "DTH", {"death_on": stage.day(1).isoformat()})

    assert set(looks(someone, "D7").values()) == {"not_required"}
    assert looks(someone, "D28") == {
        "VIS": "not_required",
        "VIT": "draft",
        "LAB": "not_required",
        "O28": "not_started",
    }
    assert looks(someone, "D1") == {"VIS": "missing"}  # over before the death


def test_withdrawal_from_infusion_ends_the_forms_of_the_second_alone():
    someone = stage.infused(ago=5)
    stage.row(someone, "WDR", {"kind": "infusion_only", "on": stage.day(1)})

    assert looks(someone, "D7") == {
        "VIS": "not_started",
        "IRQ": "not_applicable",
        "INF": "not_applicable",
        "VSI": "not_applicable",
        "VIT": "not_started",
        "LAB": "not_started",
    }
    assert looks(someone, "D0")["VSI"] == "missing"
