"""Forms as values, and whether an edit check fires on one, without a database."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from record.casebook.checks import CHECKS
from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Partial, Quantity
from trial_edc.dates import SITE_TZ

# Check, the form that it is run on, and the forms beside it.
Cases = list[tuple[str, FormData, tuple[FormData, ...]]]
DAY_0 = datetime(2026, 3, 1, 10, tzinfo=SITE_TZ)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def data(code: str, visit: str = "", occurrence: int = 1, **values: object) -> FormData:
    return FormData(
        code, values, visit=visit, occurrence=occurrence, form_id=occurrence
    )


CONSENT = data("CNS", kind="initial", decision="given", decided_at=DAY_0 - DAY)
RANDOMIZED = data("RAN", randomised_at=DAY_0 - HOUR)
INFUSED = data("INF", "D0", given="given", started_at=DAY_0)
COURSE = (CONSENT, RANDOMIZED, INFUSED)


def partial(text: str) -> Partial:
    return Partial(text)


def quantity(value: str, unit: str = "mmol/L") -> Quantity:
    return Quantity(Decimal(value), unit, Decimal(value))


def vis(visit: str = "D7", **values: object) -> FormData:
    return data("VIS", visit, performed="Y", **values)


def inf(visit: str = "D0", **values: object) -> FormData:
    answers = {"given": "given", "started_at": DAY_0, **values}
    return data("INF", visit, **answers)


def vsi(point: str, taken_at: object, **values: object) -> FormData:
    return data("VSI", "D0", time_point=point, taken_at=taken_at, **values)


DIED = data("DTH", death_on=partial("2026-03-05"))
LEFT = data("WDR", kind="everything", on=date(2026, 3, 5))
LOOKUP = data("WDR", kind="visits_lookup_allowed", on=date(2026, 3, 5))
WEIGHED = data("VIT", "SCR", weight_kg=Decimal(70))
STAY = {"kind": "hospital", "hospital": "ours", "in_at": DAY_0}
GO = {"decision": "go", "planned_start_at": DAY_0 + 7 * DAY}
ON_7 = date(2026, 3, 8)
SECOND = inf("D7", started_at=DAY_0 + 8 * DAY)


def fired(check_id: str, row: FormData, others: tuple[FormData, ...]) -> bool:
    check = CHECKS[check_id]
    assert check.form == row.code
    finding = check.run(row, Casebook.of(others).with_data(row))
    if finding and finding.details:
        assert finding.message % finding.details
    return finding is not None
