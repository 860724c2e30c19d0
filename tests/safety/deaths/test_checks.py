"""Nobody dies before anything that the record dates in a life."""

from datetime import datetime
from typing import Any

import pytest

from record.casebook import catalogue
from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Date, DateTime, PartialDate
from record.casebook.values import Partial
from trial_edc.dates import SITE_TZ
from visits.facts import LIFE_TIMES, signs_of_life

NOON = datetime(2026, 3, 6, 12, tzinfo=SITE_TZ)
# Dates that may lie after a death, or that the death itself may end.
NO_SIGN_OF_LIFE = {
    "SCN": {"screening_closed_at"},
    "CTC": {"opted_out_at"},
    "IST": {"stop"},
    "VIS": {"appointment_at"},
    "IRQ": {"planned_start_at", "retry_at"},
    "INF": {"stopped_at"},
    "URI": {"end_at"},
    "CMD": {"stop"},
    "RRT": {"ended_at"},
    "STY": {"out_at"},
    "DEV": {"occurred_on", "found_on", "ethics_on", "resolved_at"},
    "AE": {"ended"},
    "SAE": {"aware_at", "hospital_in", "hospital_out", "ethics_informed_at"},
    "SPA": {"sponsor_aware_at", "submitted_on"},
    "PRG": {"aware_at", "lmp", "due_on", "outcome_on"},
    "CAL": {"at"},
    "EOS": {"on"},
}
DATES = (Date, DateTime, PartialDate)
TIMES = [(form, item) for form, items in LIFE_TIMES.items() for item in items]


def test_every_dated_item_is_a_sign_of_life_or_named_as_none() -> None:
    dated = {
        code: {name for name, item in one.items.items() if isinstance(item, DATES)}
        for code, one in catalogue.designs().items()
        if not one.is_restricted and code != "DTH" and one.room != "sample_room"
    }

    named = {
        code: {*LIFE_TIMES.get(code, ()), *NO_SIGN_OF_LIFE.get(code, ())}
        for code in {*LIFE_TIMES, *NO_SIGN_OF_LIFE}
    }
    assert {code: names for code, names in dated.items() if names} == named


def alive(form: str, item: str, at: datetime = NOON, **values: Any) -> FormData:
    """A form with that item at that time."""
    kind = catalogue.design(form).items[item]
    value: Any = at
    if isinstance(kind, PartialDate):
        value = Partial(f"{at:%Y-%m-%dT%H:%M}")
    elif isinstance(kind, Date):
        value = at.date()
    return FormData(form, {"vital_status": "alive", item: value, **values}, form_id=1)


def refusal(died: dict[str, Any], *others: FormData, check: str = "DTH-01") -> Any:
    death = FormData("DTH", died, form_id=2)
    casebook = Casebook.of(others).with_data(death)
    finding = CHECKS[check].run(death, casebook)
    return finding and finding.details


@pytest.mark.parametrize(("form", "item"), TIMES)
def test_death_before_a_sign_of_life_is_refused(form: str, item: str) -> None:
    row = alive(form, item)

    for before in ("2026-03-05", "2026-02", "2025"):
        shown = {"alive_on": "2026-03-06", "form": form}
        assert refusal({"death_on": Partial(before)}, row) == shown
    for possible in ("2026-03-06", "2026-03", "2026"):
        assert refusal({"death_on": Partial(possible)}, row) is None


def test_the_latest_sign_of_life_is_named() -> None:
    rows = (alive("CRE", "sample_at"), alive("INF", "started_at", NOON.replace(day=8)))

    shown = {"alive_on": "2026-03-08", "form": "INF"}
    assert refusal({"death_on": Partial("2026-03-05")}, *rows) == shown


@pytest.mark.parametrize(
    "row",
    [
        alive("VIS", "visit_date", mode="record_lookup"),
        alive("O28", "status_known_on", vital_status="dead"),
        alive("OM3", "status_known_on", vital_status="unknown"),
    ],
)
def test_what_is_looked_up_or_known_of_the_dead_is_no_sign_of_life(
    row: FormData,
) -> None:
    assert list(signs_of_life(Casebook.of([row]))) == []


@pytest.mark.parametrize(("form", "item"), TIMES)
def test_time_of_death_before_a_sign_of_life_that_day_is_asked_about(
    form: str, item: str
) -> None:
    row, day = alive(form, item), Partial("2026-03-06")
    is_exact = not isinstance(catalogue.design(form).items[item], Date)
    shown = {"alive_at": "12:00", "form": form} if is_exact else None

    before = {"death_on": day, "death_time": NOON.time().replace(hour=11, minute=59)}
    assert refusal(before, row, check="DTH-03") == shown
    at_that_minute = {"death_on": day, "death_time": NOON.time()}
    assert refusal(at_that_minute, row, check="DTH-03") is None
