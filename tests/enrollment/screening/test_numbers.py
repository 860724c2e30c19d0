"""Participant numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrollment.screening.rules.participant_numbers import (
    is_mistyped,
    participant_number,
    screening_number,
    typed_number,
)


@pytest.mark.parametrize(
    ("sequence", "number"),
    [(1, "S-001R"), (44, "S-044K"), (999, "S-999X"), (1000, "S-1000B")],
)
def test_number_has_three_digits_and_a_check_letter(sequence: int, number: str) -> None:
    assert participant_number(sequence) == number
    assert not is_mistyped(number)


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("S-044L", True),
        ("s-044l", True),
        ("s-044k", False),
        *((part, False) for part in ("", "S-044", "S-44K", "044L", "Wang")),
    ],
)
def test_only_what_looks_like_a_number_can_be_mistyped(text: str, slip: object) -> None:
    assert is_mistyped(text) is slip


@given(st.integers(1, 9999), st.data())
def test_any_one_wrong_digit_is_noticed(sequence: int, data: st.DataObject) -> None:
    number = participant_number(sequence)
    place = data.draw(st.integers(2, len(number) - 2))
    digit = data.draw(st.sampled_from("0123456789".replace(number[place], "")))

    assert is_mistyped(number[:place] + digit + number[place + 1 :])


@given(st.integers(1, 9999), st.data())
def test_two_digits_exchanged_are_noticed(sequence: int, data: st.DataObject) -> None:
    number = participant_number(sequence)
    digits = list(number[2:-1])
    first, second = sorted(
        data.draw(
            st.lists(
                st.integers(0, len(digits) - 1), min_size=2, max_size=2, unique=True
            )
        )
    )
    same = digits[first] == digits[second]
    digits[first], digits[second] = digits[second], digits[first]

    assert is_mistyped(f"S-{''.join(digits)}{number[-1]}") != same


def test_rescreenings_are_counted_from_the_second_screening() -> None:
    assert [screening_number("S-044K", n) for n in (1, 2, 3)] == [
        "S-044K",
        "S-044K.1",
        "S-044K.2",
    ]


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("Ｓ－００１Ｔ", "S-001T"),
        ("s–001t", "S-001T"),
        (" S 001 T ", "S-001T"),
        ("S001T", "S-001T"),
        ("\u200bS-001\u00adT", "S-001T"),
        ("００１", "001"),
        ("s-", "S-"),
        ("Somebody", "SOMEBODY"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed, number):
    assert typed_number(typed) == number
