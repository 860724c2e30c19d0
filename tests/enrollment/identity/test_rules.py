"""When two numbers are one, and when they may be."""

from datetime import UTC, datetime, timedelta

import pytest

from enrollment.identity.rules import (
    are_alike,
    are_near,
    person_key,
    similar_spellings,
    stops,
)

NOON = datetime(2026, 3, 17, 4, tzinfo=UTC)


@pytest.mark.verifies("RND-12")
@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ZY12345", "ZY12345"),
        ("ｚｙ－１２３４５", "ZY12345"),
        (" z\u200by 12–345\u00ad", "ZY12345"),
        ("ZY\u30001\u00a02345", "ZY12345"),
        ("0012345", "0012345"),  # leading zeros are a question, not equal
        ("ZY/12345", "ZY/12345"),
        ("", ""),
        ("-", ""),
        ("不详", ""),
        ("000", ""),
    ],
)
def test_key_of_a_person_is_the_folded_hospital_number(written, key):
    assert person_key(written) == key


@pytest.mark.verifies("RND-12")
@pytest.mark.parametrize(
    "other",
    [
        "12345",
        "0012345",
        "ZY0012345",
        "ZY/12345",
        "ZY_12.345",
        "ZYI2345",
        "ZYl2345",
        "住院号12345",
        "MZ12345",
        "12345号",
        "12345-A",
        "ZУ12345",
        "123\u030345",
        "١2345",
        "ZY１２３４５",
        "ZY1234\u20605",
    ],
)
def test_numbers_that_may_be_one_share_a_spelling(other):
    shared = similar_spellings(person_key("ZY12345"))

    assert shared & similar_spellings(person_key(other))


@pytest.mark.parametrize("other", ["12346", "123450", "1234", "ZY21345", ""])
def test_other_numbers_share_none(other):
    shared = similar_spellings(person_key("ZY12345"))

    assert not shared & similar_spellings(person_key(other))


def test_an_o_for_a_zero_shares_a_spelling():
    as_letter, as_digit = similar_spellings("ZY1O5"), similar_spellings("ZY105")

    assert (as_letter, as_digit) == (frozenset({"105"}), frozenset({"105"}))


def test_the_window_includes_its_last_moment():
    last = NOON + timedelta(days=90)

    assert are_near([NOON], [last], days=90)
    assert are_near([last], [NOON], days=90)
    assert not are_near([NOON], [last + timedelta(microseconds=1)], days=90)
    assert not are_near([NOON], [], days=90)


@pytest.mark.parametrize(
    ("approach", "other", "alike"),
    [
        (("F", 57), ("F", 57), True),
        (("F", 57), ("F", 58), True),
        (("F", 58), ("F", 57), True),
        (("F", 57), ("F", 59), False),
        (("F", 57), ("M", 57), False),
        (("F", None), ("F", 57), False),
        (("F", 57), ("F", None), False),
    ],
)
def test_two_approaches_are_alike_by_sex_and_about_by_age(approach, other, alike):
    assert are_alike(*approach, *other) is alike


@pytest.mark.parametrize(
    ("is_later", "other_is_randomized", "stopped"),
    [(True, False, True), (False, False, False), (False, True, True)],
)
def test_of_two_numbers_one_may_go_on(is_later, other_is_randomized, stopped):
    result = stops(is_later=is_later, other_is_randomized=other_is_randomized)

    assert result is stopped
