"""Computed values and offered entries."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from record.casebook.derived import derived_values, offers
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
from tests.randomization.stage import planned_infusion
from trial_edc.dates import SITE_TZ
from visits.infusions.facts import vital_sign_times as timing

DAY_0 = datetime(2026, 3, 1, 10, tzinfo=SITE_TZ)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def data(code: str, visit: str = "", occurrence: int = 1, **values: object) -> FormData:
    return FormData(
        code, values, visit=visit, occurrence=occurrence, form_id=occurrence
    )


def creatinine(number: int, at: str, umol_l: str) -> FormData:
    value = Quantity(Decimal(umol_l), "umol/L", Decimal(umol_l))
    return data("CRE", "", number, sample_at=Partial(at), value=value, place="icu")


BASELINE = creatinine(1, "2026-01-10T08:00", "80")
BEFORE = creatinine(2, "2026-02-27T08:00", "85")
PEAK = creatinine(3, "2026-02-28T08:00", "250")
MONTH_3 = creatinine(4, "2026-06-01T08:00", "90")
PERSON = (
    data("DEM", sex="M", birth_date=date(1970, 3, 15)),
    data("CNS", kind="initial", decision="given", decided_at=DAY_0 - DAY),
    data("INF", "D0", given="given", started_at=DAY_0),
    BASELINE,
    BEFORE,
    PEAK,
    MONTH_3,
)


def values(row: FormData, *others: FormData) -> dict[str, object]:
    casebook = Casebook.of(others).with_data(row)
    derived = derived_values(row, casebook)
    return {value.derivation.name: value.value for value in derived}


def test_mean_arterial_pressure():
    derived = values(data("VIT", systolic_bp=120, diastolic_bp=75))

    assert derived == {"map": 90}


@pytest.mark.django_db
@pytest.mark.verifies("INF-02")
def test_infusion_duration_rate_and_share_of_plan():
    planned_infusion()
    record = data(
        "INF",
        "D0",
        started_at=DAY_0,
        stopped_at=DAY_0 + HOUR,
        volume_ml=Decimal(90),
    )

    assert values(record) == {
        "infusion_number": 1,
        "duration_min": 60,
        "mean_rate_ml_min": Decimal("1.5"),
        "pct_of_planned_volume": 90,
    }


def test_urine_rate_and_gap():
    first = data("URI", start_at=DAY_0, end_at=DAY_0 + HOUR)
    second = data(
        "URI",
        "",
        2,
        start_at=DAY_0 + 1.5 * HOUR,
        end_at=DAY_0 + 3.5 * HOUR,
        volume_ml=Decimal(70),
    )

    derived = values(second, first, data("VIT", "SCR", weight_kg=Decimal(70)))

    rate = {"ml_kg_h": Decimal("0.5"), "weight_kg": Decimal(70)}
    assert derived == {"hours": 2, "gap_min": 30, **rate}


@pytest.mark.parametrize(
    ("row", "used_as", "has_egfr"),
    [
        (BASELINE, "Baseline", True),
        (BEFORE, "Part of the qualifying pair", False),
        (PEAK, "Part of the qualifying pair", False),
        (MONTH_3, "In the window of month 3", True),
    ],
)
def test_creatinine_tells_its_use_and_egfr_only_where_it_is_valid(
    row, used_as, has_egfr
):
    derived = values(row, *PERSON)

    assert derived["used_as"] == used_as
    assert (derived["egfr"] is not None) is has_egfr
    assert derived["ratio"] == row.get("value").standard / 80


def test_kdigo_stage_is_the_highest_so_far():
    visit = data("VIS", "D0", visit_date=date(2026, 3, 1))

    assert values(visit, *PERSON)["kdigo_stage"] == 3
    assert values(visit, *PERSON)["window"] == "2026-03-01 – 2026-03-01"


def test_in_hospital_visit_is_offered_from_that_days_sample():
    sample = creatinine(5, "2026-03-04T07:00", "240")
    event = data("AE", onset=Partial("2026-03-03"))
    visit = data("VIS", "D3")
    casebook = Casebook.of((*PERSON, sample, event, visit))

    offered = offers(visit, casebook)

    assert offered["visit_date"] == date(2026, 3, 4)
    assert offered["performed"] == offered["creatinine_taken"] == "Y"
    assert (offered["new_ae"], offered["rrt_since"]) == ("Y", "N")
    assert offers(data("VIS", "D4"), casebook) == {}
    assert offers(data("VIS", "D28"), casebook) == {}


def test_offer_never_replaces_what_stands():
    visit = data("VIS", "D3", visit_date=date(2026, 3, 5))
    sample = creatinine(5, "2026-03-04T07:00", "240")

    assert "visit_date" not in offers(visit, Casebook.of((*PERSON, sample)))


@pytest.mark.verifies("INF-03")
def test_next_time_point_is_the_first_that_nobody_answered():
    record = data(
        "INF",
        "D0",
        given="given",
        started_at=DAY_0,
        stopped_at=DAY_0 + timedelta(minutes=40),
    )
    rows = [
        data("VSI", "D0", number, time_point=code, taken_at=DAY_0)
        for number, code in enumerate(("pre", "m15", "m30"), 1)
    ]

    points = timing.points_of("D0", Casebook.of((record, *rows)))

    assert timing.next_point(points).code == "end"
    assert [p.code for p in points if not p.is_applicable] == ["m45", "m60"]
    assert points[5].due.due_at == DAY_0 + timedelta(minutes=40)
