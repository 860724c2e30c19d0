"""What decides, laid out: tables, chart, what is missing, what has grown old."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from enrollment.eligibility.facts.evidence import evidence_of
from enrollment.eligibility.page.chart import creatinine_chart
from enrollment.eligibility.page.drugs import drug_section
from enrollment.eligibility.page.kidney import KidneySection, kidney_section
from enrollment.eligibility.page.missing_entries import missing_entries
from enrollment.eligibility.rules import Evidence, TimedCollection, assess
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial
from tests.enrollment.candidates import RISE_AT, at, candidate, sample

HOUR = timedelta(hours=1)


def numbered(evidence: Evidence) -> Evidence:
    samples = (replace(s, id=str(n)) for n, s in enumerate(evidence.samples, 1))
    urine = (replace(c, id=str(n)) for n, c in enumerate(evidence.urine, 101))
    return replace(evidence, samples=tuple(samples), urine=tuple(urine))


def kidney(**changes: Any) -> KidneySection:
    evidence = numbered(candidate(**changes))
    return kidney_section(evidence, assess(evidence))


def test_the_pair_and_the_baseline_are_marked_where_they_stand() -> None:
    section = kidney()

    rows = [(row.form_id, row.umol_l, row.uses) for row in section.samples]
    assert rows == [
        (1, "80.0", ("Baseline",)),
        (2, "85.0", ("Qualifying pair: earlier",)),
        (3, "200.0", ("Qualifying pair: later",)),
    ]
    assert section.threshold_umol_l == Decimal("170.0")
    assert (section.egfr, section.baseline_mg_dl) == ("103.4", "0.905")
    assert section.equation == "CKD-EPI 2021"
    assert section.window == (RISE_AT - timedelta(days=90), RISE_AT)


def test_a_baseline_found_only_in_the_year_before_shows_that_window() -> None:
    old = (
        sample("2022-12-01T08:00", "80"),
        sample("2023-05-09T19:00", "95"),
        sample("2023-05-09T20:00", "200"),
    )
    pair_only = kidney(samples=(old[0], old[2]))

    assert pair_only.window == (RISE_AT - timedelta(days=365), RISE_AT)
    assert kidney(samples=()).window is None


def test_urine_shows_each_rate_and_the_run_that_counts() -> None:
    collections = (
        TimedCollection(RISE_AT - 16 * HOUR, RISE_AT - 14 * HOUR, Decimal(90)),
        TimedCollection(RISE_AT - 14 * HOUR, RISE_AT - 2 * HOUR, Decimal(400)),
        TimedCollection(RISE_AT - 2 * HOUR, RISE_AT, None),
    )
    section = kidney(urine=collections)

    rows = [
        (c.form_id, c.hours, c.ml_kg_h, c.is_low, c.is_deciding)
        for c in section.collections
    ]
    assert rows == [
        (101, Decimal("2.00"), Decimal("0.643"), False, False),
        (102, Decimal("12.00"), Decimal("0.476"), True, True),
        (103, Decimal("2.00"), None, False, False),
    ]


def test_the_chart_shows_the_days_around_the_rise() -> None:
    chart = creatinine_chart(kidney())

    assert chart is not None
    assert [row.line.form_id for row in chart.points] == [2, 3]
    assert chart.older == 1
    assert chart.threshold is not None
    begins, ends, height = chart.threshold
    assert begins == chart.points[0].x
    assert ends > chart.points[1].x  # the 48 hours go on beyond the rise
    assert chart.points[1].y < height < chart.points[0].y
    assert chart.baseline_y is not None
    assert chart.baseline_y > chart.points[0].y  # 80 lies below 85
    inside = [
        (chart.left <= x <= chart.right, 0 <= y <= chart.base)
        for x, y in ((row.x, row.y) for row in chart.points)
    ]
    assert set(inside) == {(True, True)}


def test_one_sample_or_none_makes_no_chart() -> None:
    assert creatinine_chart(kidney(samples=())) is None
    assert creatinine_chart(kidney(samples=(sample("2023-05-09T20:00", "9"),))) is None


def data(code: str, form_id: int = 7, occurrence: int = 1, **values: Any) -> FormData:
    visit = {"LAB": "SCR", "VIT": "SCR"}.get(code, "")
    return FormData(code, values, visit=visit, occurrence=occurrence, form_id=form_id)


CONSENT = data(
    "CNS", kind="initial", decision="given", decided_at=at("2023-05-10T08:00")
)


def missing(
    *form_data: FormData, **form_ids: int
) -> list[tuple[str, str, int | None, str]]:
    """Return criteria, form, form and item of each entry that is missing."""
    casebook = Casebook.of(form_data)
    assessment = assess(evidence_of(casebook))
    return [
        (",".join(row.criteria), row.code, row.form_id, row.item)
        for row in missing_entries(casebook, assessment.outcomes, form_ids)
    ]


def test_of_an_empty_binder_everything_is_missing_and_each_once() -> None:
    rows = missing(ELG=5, DEM=6, LAB=8, VIT=9)

    assert rows[:5] == [
        ("I1", "CRE", None, ""),
        ("I1", "VIT", 9, "weight_kg"),
        ("I2,E9", "DEM", 6, "birth_date"),
        ("I3,E9", "CNS", None, ""),
        ("I4", "ELG", 5, "i4_can_comply"),
    ]
    assert ("E2,E9", "DEM", 6, "sex") in rows
    assert ("E11", "ELG", 5, "lvef_pct") in rows
    assert ("E17", "IST", None, "") in rows
    assert ("E18", "LAB", 8, "platelets") in rows
    assert len(rows) == len({row[1:] for row in rows if row[3]}) + 4


def drug(**values: Any) -> FormData:
    drug: dict[str, Any] = {"any_exposure": "Y", "drug_class": "steroid"}
    drug |= {"drug": "prednisone", "route": "oral", "ongoing": "Y"}
    return data("IST", 30, **{**drug, "mg_per_day": Decimal(20), **values})


@pytest.mark.parametrize(
    ("row", "items"),
    [
        (drug(start=None), ["start"]),
        (drug(start=Partial("2023-03")), ["start"]),
        (drug(start=Partial("2023-05-01"), mg_per_day=None), ["mg_per_day"]),
        (drug(start=Partial("2023-05-01"), ongoing="N"), ["stop"]),
        (drug(start=Partial("2023-05-01")), ["e17_burst_decision"]),
        (drug(start=Partial("2023-03-01")), []),  # chronic: present, nothing is missing
    ],
)
def test_what_a_drug_leaves_open_is_asked_for_in_its_row(
    row: FormData, items: list[str]
) -> None:
    missing_items = [entry[3] for entry in missing(CONSENT, row) if entry[0] == "E17"]

    assert missing_items == items


def test_steroids_are_added_up_by_day_and_days_joined() -> None:
    rows = (
        drug(start=Partial("2023-05-01"), ongoing="N", stop=Partial("2023-05-06")),
        data(
            "IST",
            31,
            2,
            any_exposure="Y",
            drug_class="steroid",
            drug="dexamethasone",
            route="iv",
            mg_per_day=Decimal("0.75"),
            start=Partial("2023-05-05"),
            ongoing="N",
            stop=Partial("2023-05-08"),
        ),
        data(
            "IST",
            32,
            3,
            any_exposure="Y",
            drug_class="immunosuppressant",
            drug="other",
            drug_other="Tacrolimus",
            route="oral",
            start=Partial("2022-06-01"),
            last_dose_change=Partial("2023-01-10"),
            ongoing="Y",
        ),
    )
    casebook = Casebook.of((CONSENT, *rows))
    evidence = evidence_of(casebook)
    section = drug_section(casebook, evidence, assess(evidence))

    days = [
        (row.first.day, row.last.day, row.pred_mg, row.is_above) for row in section.days
    ]
    assert days == [
        (1, 4, Decimal(20), True),
        (5, 6, Decimal(25), True),
        (7, 8, Decimal(5), False),
    ]
    assert section.max_pred == "25.00"
    assert [(row.drug, row.pred_mg) for row in section.courses] == [
        ("Prednisone", "20.00"),
        ("Dexamethasone", "5.00"),
    ]
    [tacrolimus] = section.drugs
    assert (tacrolimus.drug, tacrolimus.last_change, tacrolimus.stable_after) == (
        "Tacrolimus",
        date(2023, 1, 10),
        date(2023, 5, 10),
    )
    assert tacrolimus.state == "present"  # exactly 4 months is not more than 4
