"""Logs as tables: what their cells, marks and columns show, and to whom."""

from typing import Any

import pytest

from entry.table.page.table import TablePage, TableRow
from record.audit.attribution import Reason
from record.casebook.models import FormInstance, Participant
from record.review.services import freeze
from tests.entry.table.posted import (
    DAY,
    address,
    collection,
    new,
    put,
    stored_row,
    three,
    value,
)
from tests.entry.test_statement_counts import counted, signed_in
from tests.people import person
from tests.visits import stage

pytestmark = pytest.mark.django_db


def test_a_reader_sees_the_table_without_a_control(someone, client):
    three(someone, client)

    monitor = signed_in("MO")
    text = monitor.get(address(someone)).content.decode()
    refused = monitor.post(address(someone), new(1, 5))

    assert "cell-input" not in text
    assert "60 mL" in text
    assert refused.status_code == 403


def test_frozen_and_struck_rows_take_no_typing(someone, client):
    first, second, third = three(someone, client)
    freeze(third, by=person("DM"), reason=Reason("closing", "checked"), on=True)
    struck = {"strike": "yes", "strike_code": "other", "strike_text": "not ours"}
    client.post(address(someone), stored_row(second, **struck))
    answer = client.get(address(someone))

    rows = {row.form: row.is_open for row in answer.context["page"].rows}
    assert rows == {first: True, second: False, third: False}


@pytest.mark.verifies("ELG-I1")
def test_gaps_and_overlaps_are_marked_between_rows_in_order_of_time(someone, client):
    late = new(1, 9)
    early = new(2, 1)
    overlapping = put("n3", collection(1) | {"start_at": f"{DAY} 01:30"})
    client.post(address(someone), late | early | overlapping | {"action": "draft"})

    page = client.get(address(someone)).context["page"]

    gaps = [
        (row.form.occurrence, [(mark.look, mark.text) for mark in row.before])
        for row in page.rows
    ]
    assert gaps == [
        (2, []),
        (3, [("overlap", "Overlap of 30 min with a row above.")]),
        (1, [("gap", "Gap of 420 min: no collection covers it.")]),
    ]


def test_urine_output_is_told_with_the_weight_that_it_is_by(someone, client):
    stage.enter(someone, "VIT", {"weight_kg": "60"}, visit="SCR")
    client.post(address(someone), new(1, 1, volume_ml="30"))

    page = client.get(address(someone)).context["page"]

    assert derived_of(page, page.rows[0]) == {
        "hours": "1.0",
        "ml_kg_h": "0.50",
        "weight_kg": "60.0",
    }


def sample(someone: Participant, days: float, number: object) -> FormInstance:
    at = stage.days_ago(days)
    return stage.row(someone, "CRE", {"sample_at": at, "value": number, "place": "icu"})


def test_creatinine_shows_the_standard_value_and_what_is_used(someone, client):
    baseline = sample(someone, 60, ("0.9", "mg/dL"))
    earlier, later = sample(someone, 20, "80"), sample(someone, 19, "200")
    unusual = sample(someone, 18, "1600")

    answer = client.get(address(someone, "CRE"))

    page, text = answer.context["page"], answer.content.decode()
    used = {row.form: derived_of(page, row)["used_as"] for row in page.rows}
    assert "= 79.6 umol/L" in text
    assert used == {
        baseline: "Baseline",
        earlier: "Part of the qualifying pair",
        later: "Part of the qualifying pair",
        unusual: "—",
    }
    assert "1600 is unusual (40 to 1500 umol/L)" not in text
    assert "1600 is unusual (expected 40 to 1500 umol/L)." in text


def derived_of(page: TablePage, row: TableRow) -> dict[str, str]:
    names = [derivation.name for derivation in page.derivations]
    return dict(zip(names, row.derived, strict=True))


def test_vital_signs_of_all_visits_are_one_table(client):
    someone = stage.infused(ago=9)

    page = client.get(address(someone, "VIT")).context["page"]
    form = FormInstance.objects.get(participant=someone, code="VIT", visit="D7")
    answer = client.post(
        address(someone, "VIT"), stored_row(form, temperature_c="37.1")
    )

    assert not page.may_add
    assert (answer.status_code, value(form, "temperature_c")) == (302, "37.1")


def test_opening_a_long_table_takes_as_many_statements_as_a_short_one(someone, client):
    three(someone, client)
    with counted() as short:
        client.get(address(someone))
    more: dict[str, Any] = {}
    for hour in range(5, 20):
        more |= new(hour, hour)
    client.post(address(someone), more)

    with counted() as long:
        answer = client.get(address(someone))

    assert len(answer.context["page"].rows) == 18
    assert len(short) == len(long) <= 14, long
    assert long.writes == []


@pytest.mark.parametrize("code", ["CRE", "URI", "RRT", "STY", "CMD", "LAB", "VIT"])
def test_each_log_that_fits_a_line_opens_empty(someone, client, code):
    answer = client.get(address(someone, code))

    assert answer.status_code == 200
    assert [row.form.revision for row in answer.context["page"].rows] in ([], [0])


def test_adverse_events_keep_their_own_pages(someone, client):
    answer = client.get(address(someone, "AE"))

    assert answer.templates[0].name == "entry/table/log.html"
