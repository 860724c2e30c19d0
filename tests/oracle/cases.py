"""Reads the reference cases in the folder that `ORACLE_DIR` names.

A file may hold further cases of the same columns; an empty cell is not given or not
checked. A file that is absent skips its tests aloud; an absent folder is an error.
"""

import csv
import os
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from trial_edc.dates import SITE_TZ

Case = dict[str, str]

DEFAULT = Path(__file__).with_name("data")


def folder() -> Path:
    """Give the folder of reference cases."""
    path = Path(os.environ.get("ORACLE_DIR") or DEFAULT)
    if not path.is_dir():
        message = f"ORACLE_DIR: there is no folder {path}"
        raise pytest.UsageError(message)
    return path


def each_case(file_name: str, key: str = "case_id") -> pytest.MarkDecorator:
    """Run a test once for each row of a file."""
    path = folder() / file_name
    if not path.exists():
        skipped = pytest.mark.skip(reason=f"{file_name} is not in {path.parent}")
        return pytest.mark.parametrize("case", [pytest.param({}, marks=skipped)])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    ids = [row.get(key) or f"row {number}" for number, row in enumerate(rows, 2)]
    return pytest.mark.parametrize("case", rows, ids=ids)


def compare(case: Case, derived: Mapping[str, object], always: str = "") -> None:
    """Compare every expected column that is given; those in `always` even if empty."""
    missing = set(derived) - set(case)
    assert not missing, f"the file has no column {', '.join(sorted(missing))}"
    checked = [name for name in derived if case[name] or name in always.split()]
    expected = {name: case[name] for name in checked}
    found = {name: written(derived[name], case[name]) for name in checked}
    assert found == expected


def written(value: object, like: str) -> str:
    """Write a derived value as the expected cell is written."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return rounded(value, like)
        case datetime():
            return value.astimezone(SITE_TZ).strftime("%Y-%m-%dT%H:%M")
        case tuple():
            return ";".join(str(item) for item in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def rounded(value: Decimal, like: str) -> str:
    """Round half up to the decimals of the expected cell, which may drop zeros."""
    try:
        expected = Decimal(like)
    except ArithmeticError:
        return str(value)
    exponent = expected.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    found = value.quantize(step, rounding=ROUND_HALF_UP)
    return like if found == expected else str(found)


def number(text: str) -> Decimal | None:
    """Read a number, empty as unknown."""
    return Decimal(text) if text else None


def day(text: str) -> date | None:
    """Read a date, empty as unknown."""
    return date.fromisoformat(text) if text else None


def at_site(text: str) -> datetime:
    """Read a wall-clock time of the site."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SITE_TZ)


def yes(text: str) -> bool:
    """Read yes or no."""
    return text.strip().lower() in {"yes", "y", "true", "1"}
