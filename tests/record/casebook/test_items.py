"""Entered texts and what they mean, item type by item type."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from record.casebook import items
from record.casebook.values import MissingCode, Partial, Quantity, is_same
from tests.sample_room.vocabulary import Place
from trial_edc.dates import SITE_TZ
from trial_edc.typed_text import LONGEST, unfit_text, written

COMMA = "“%s” has a comma. Write decimals with a point, thousands without."
NO_NUMBER = "“%s” is not a number. Enter digits, such as 12.5."
UNPRINTABLE = "Remove the character that cannot be printed: %s."
NUMBER = items.Number(decimals=2)
LAB = items.Lab(units={"umol/L": 1, "mg/dL": "88.4"})
TEXT = items.Text(longest=10)
CHOICE = items.Choice("", Place)
MULTIPLE = items.MultipleChoice("", Place)
DATE, INSTANT, TIME = items.Date(), items.DateTime(), items.Time()
PARTIAL, WITH_TIME = items.PartialDate(), items.PartialDate(with_time=True)
DAY = items.PartialDate(day_needed=True)
ROWS = items.ItemGroup(items={"minutes": items.Number("minutes"), "why": items.Text()})


@pytest.mark.parametrize(
    ("item", "entered", "value"),
    [
        (NUMBER, " 12.50 ", Decimal("12.50")),
        (NUMBER, "-3", Decimal(-3)),
        (NUMBER, Decimal("1E+2"), Decimal(100)),
        (NUMBER, 0, Decimal(0)),
        (NUMBER, "", None),
        (LAB, ("2.0", "mg/dL"), Quantity(Decimal(2), "mg/dL", Decimal("176.8"))),
        (LAB, "150", Quantity(Decimal(150), "umol/L", Decimal(150))),
        (LAB, ("", "mg/dL"), None),
        (TEXT, "  two\r\nlines ", "two\nlines"),
        (TEXT, "   ", None),
        (CHOICE, "icu", "icu"),
        (MULTIPLE, ["icu", "ward", "icu"], ["ward", "icu"]),
        (MULTIPLE, "icu; ward", ["ward", "icu"]),
        (MULTIPLE, [], None),
        (DATE, "2026-03-08", date(2026, 3, 8)),
        (DATE, "2026-3-8", date(2026, 3, 8)),
        (INSTANT, "2026-03-08 14:30", datetime(2026, 3, 8, 6, 30, tzinfo=UTC)),
        (INSTANT, "2026-03-08T14:30:59", datetime(2026, 3, 8, 6, 30, tzinfo=UTC)),
        (TIME, "14:30", time(14, 30)),
        (PARTIAL, "2026", Partial("2026")),
        (WITH_TIME, "2026-03-08 14:30", Partial("2026-03-08T14:30")),
        (ROWS, [{"minutes": "3", "why": ""}, {}], [{"minutes": "3", "why": None}]),
    ],
)
def test_an_entered_text_is_read(item, entered, value):
    assert item.parse(entered) == value


@pytest.mark.parametrize(
    ("item", "entered", "message"),
    [
        (NUMBER, "abc", "“abc” is not a number. Enter digits, such as 12.5."),
        (
            NUMBER,
            "٣",
            NO_NUMBER % "٣ [U+0663 ARABIC-INDIC DIGIT THREE]",
        ),
        (NUMBER, "12,5", COMMA % "12,5"),
        (NUMBER, "１２、５", COMMA % "１２、５"),
        (NUMBER, "1_000", "“1_000” is not a number. Enter digits, such as 12.5."),
        (NUMBER, "1e3", "“1e3” is not a number. Enter digits, such as 12.5."),
        (NUMBER, "NaN", "“NaN” is not a number. Enter digits, such as 12.5."),
        (NUMBER, "1.234", "At most 2 decimals."),
        (NUMBER, "1234567890", "This number is too large."),
        (items.Number(decimals=6), "1234567", "This number is too large."),
        (LAB, ("2.0", "g/L"), "“g/L” is no unit of this item. Use umol/L, mg/dL."),
        (TEXT, "x" * 11, "At most 10 characters; this text has 11."),
        (
            TEXT,
            "a\x00b",
            "Remove the character that cannot be printed: U+0000 CONTROL CHARACTER.",
        ),
        (CHOICE, "bed", "“bed” is not among the answers. Choose one of the list."),
        (
            MULTIPLE,
            ["none", "icu"],
            "“None” cannot be chosen together with another answer.",
        ),
        (DATE, "8.3.2026", "“8.3.2026” is not a date. Enter it as 2026-03-08."),
        (DATE, "2026-02-30", "“2026-02-30” is not a date. Enter it as 2026-03-08."),
        (DATE, "0206-03-08", "Check the year of “0206-03-08”."),
        (
            INSTANT,
            "2026-03-08",
            "“2026-03-08” is not a date with time. Enter it as 2026-03-08 14:30.",
        ),
        (
            INSTANT,
            "2026-03-08 14",
            "“2026-03-08 14” is not a date with time. Enter it as 2026-03-08 14:30.",
        ),
        (TIME, "25:00", "“25:00” is not a time. Enter it as 14:30."),
        (
            PARTIAL,
            "2026-13",
            "“2026-13” is not a date. Enter what is known: 2026, 2026-03, 2026-03-08.",
        ),
        (PARTIAL, "2026-03-08 14:30", "Enter the date without a time."),
        (DAY, "2026-03", "Enter at least the full date."),
        (PARTIAL, "1023", "Check the year of “1023”."),
        (
            ROWS,
            [{"minutes": "x"}],
            "Row 1, minutes: “x” is not a number. Enter digits, such as 12.5.",
        ),
    ],
)
def test_an_impossible_text_is_refused_in_words(item, entered, message):
    with pytest.raises(ValidationError) as refused:
        item.parse(entered)

    assert refused.value.messages == [message]


numbers = st.decimals(min_value=-999_999, max_value=999_999, places=2, allow_nan=False)
minutes = st.integers(min_value=0, max_value=150_000_000)
instants = minutes.map(
    lambda n: datetime(1902, 1, 1, tzinfo=SITE_TZ) + timedelta(minutes=n)
)


@given(number=numbers)
def test_a_number_survives_its_text(number):
    assert NUMBER.parse(NUMBER.as_text(number)) == number
    assert NUMBER.from_json(NUMBER.to_json(number)) == number


@given(number=numbers, unit=st.sampled_from(["umol/L", "mg/dL"]))
def test_a_laboratory_value_is_exact_in_both_units(number, unit):
    quantity = LAB.parse((str(number), unit))

    assert quantity.standard == number * LAB.units[unit]
    assert LAB.parse((LAB.as_text(quantity), unit)) == quantity
    assert LAB.from_json(LAB.to_json(quantity)) == quantity


@given(instant=instants)
def test_an_instant_survives_the_page_and_the_seal(instant):
    assert INSTANT.parse(INSTANT.as_text(instant)) == instant
    assert INSTANT.from_json(INSTANT.to_json(instant)) == instant


@given(
    day=st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    length=st.sampled_from([4, 7, 10]),
)
def test_a_partial_date_is_kept_as_far_as_it_is_known(day, length):
    value = PARTIAL.parse(day.isoformat()[:length])

    assert value.text == day.isoformat()[:length]
    assert value.earliest <= day <= value.latest
    assert PARTIAL.from_json(PARTIAL.to_json(value)) == value


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_is_kept_or_refused(text):
    item = items.Text()
    try:
        value = item.parse(text)
    except ValidationError:
        words = written(text)
        assert len(words) > LONGEST or unfit_text(words)
    else:
        assert item.parse(item.as_text(value)) == value


def test_a_code_is_not_the_text_of_the_same_letters():
    assert not is_same("NA", MissingCode.NOT_APPLICABLE)
    assert is_same(MissingCode.NOT_APPLICABLE, MissingCode("NA"))
    assert is_same(Decimal("1.0"), Decimal(1))
