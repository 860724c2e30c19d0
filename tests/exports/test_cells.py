"""Cells: exact, and harmless in a spreadsheet."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from exports.selectors.cells import cells, headings
from record.casebook import items
from record.casebook.values import DetectionLimit, MissingCode, Partial, Quantity
from trial_edc.spreadsheets import safe
from trial_edc.vocabulary import Sex


def named(item: items.Item) -> items.Item:
    item.set_attributes_from_name("x")
    return item


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\uff1d1", "'\uff1d1"),
        ("'=1", "''=1"),
        ("'quoted'", "'quoted'"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_formula_signs_are_neutralised(text: str, cell: str) -> None:
    assert safe(text) == cell


@pytest.mark.parametrize(
    ("item", "value", "expected"),
    [
        (items.Text(), "-dose missed", ["'-dose missed", ""]),
        (items.Number(decimals=1), Decimal("-5.0"), ["-5.0", ""]),
        (items.Choice("", Sex), "F", ["F", "Female", ""]),
        (items.Choice("", Sex), MissingCode.UNKNOWN, ["", "", "UNK"]),
        (items.MultipleChoice("", Sex), ["F", "M"], ["F; M", "Female; Male", ""]),
        (items.PartialDate(), Partial("2026-03"), ["2026-03", ""]),
        (
            items.DateTime(),
            datetime(2026, 3, 8, 6, 30, tzinfo=UTC),
            ["2026-03-08T14:30:00+08:00", ""],
        ),
        (
            items.Lab(units={"umol/L": 1, "mg/dL": "88.4"}),
            Quantity(Decimal("1.5"), "mg/dL", Decimal("132.60")),
            ["1.5", "", "mg/dL", "132.6", ""],
        ),
        (
            items.Lab(units={"umol/L": 1}),
            MissingCode.NOT_DONE,
            ["", "", "", "", "ND"],
        ),
        (
            items.Lab(units={"umol/L": 1}),
            DetectionLimit("<", Decimal(18), "umol/L", Decimal(18)),
            ["18", "<", "umol/L", "", ""],
        ),
        (items.Date(), None, ["", ""]),
    ],
)
def test_cells_of_an_item(item: items.Item, value: object, expected: list[str]) -> None:
    assert cells(named(item), value) == expected


def test_headings_name_the_columns_of_an_item() -> None:
    assert headings(named(items.Lab(units={"g/L": 1}))) == [
        "x",
        "x_comparator",
        "x_unit",
        "x_standard",
        "x_missing",
    ]
    assert headings(named(items.YesNo())) == ["x", "x_label", "x_missing"]
    assert headings(named(items.Text())) == ["x", "x_missing"]
    born = named(items.Date(sdtm="DM.BRTHDTC"))
    assert headings(born) == ["x_year", "age_years", "x_missing"]
