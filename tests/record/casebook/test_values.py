"""Dates known in part, and when two values are the same."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from record.casebook.values import Partial, Quantity, is_blank, is_same
from trial_edc.vocabulary import MissingCode


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "is_full_date", "has_time"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), False, False),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), False, False),
        ("2024-02-03", date(2024, 2, 3), date(2024, 2, 3), True, False),
        ("2024-02-03T10:30", date(2024, 2, 3), date(2024, 2, 3), True, True),
    ],
)
def test_a_partial_date_is_the_days_that_it_may_be(
    text, earliest, latest, *, is_full_date, has_time
):
    partial = Partial(text)

    assert str(partial) == text
    assert (partial.earliest, partial.latest) == (earliest, latest)
    assert (partial.is_full_date, partial.has_time) == (is_full_date, has_time)


def test_only_a_date_with_a_time_is_an_instant():
    assert Partial("2024-02-03").instant(UTC) is None
    assert Partial("2024-02-03T10:30").instant(UTC) == datetime(
        2024, 2, 3, 10, 30, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text", ["", "24-02", "2024-2", "2024-02-03 10:30", "２０２４"]
)
def test_other_text_is_no_partial_date(text):
    with pytest.raises(ValueError, match=f"^{text!r} is no \\(partial\\) date\\.$"):
        Partial(text)


@pytest.mark.parametrize(
    "text", ["2024-00", "2024-13", "2023-02-30", "2023-02-03T24:00", "2023-02-03T10:60"]
)
def test_a_day_or_time_that_does_not_exist_is_no_partial_date(text):
    with pytest.raises(ValueError, match=r"must be in|is out of range"):
        Partial(text)


def test_a_quantity_is_shown_as_it_was_entered():
    assert str(Quantity(Decimal("1.50"), "mg/dL", Decimal("132.6"))) == "1.50 mg/dL"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, True),
        ("", True),
        ([], True),
        ((), True),
        (0, False),
        (False, False),
        (" ", False),
        (MissingCode.NOT_DONE, False),
    ],
)
def test_blank_is_what_nobody_entered(value, expected):
    assert is_blank(value) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("a", "a", True),
        ("a", "b", False),
        (None, None, True),
        (Decimal("1.0"), Decimal("1.00"), True),
        (MissingCode.NOT_DONE, MissingCode.NOT_DONE, True),
        (MissingCode.NOT_DONE, str(MissingCode.NOT_DONE.value), False),
        (MissingCode.NOT_DONE, MissingCode.UNKNOWN, False),
    ],
)
def test_a_missing_code_is_never_the_same_as_the_text_that_spells_it(
    one, other, expected
):
    assert is_same(one, other) is expected
    assert is_same(other, one) is expected
