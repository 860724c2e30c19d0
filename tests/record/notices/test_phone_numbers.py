"""Telephone numbers: all the ways of writing one are one number."""

import pytest

from record.audit.vault import Purpose, keyed_hash
from record.notices.phone_numbers import (
    dialled,
    endings,
    is_written_as_number,
    line_of,
    lines_of,
)

MOBILE, LANDLINE = "+8613800001234", "+861066937166"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800001234", MOBILE),
        ("138 0000-1234", MOBILE),
        ("138·0000·1234", MOBILE),
        ("+86 138-0000-1234", MOBILE),
        ("86 13800001234", MOBILE),
        ("0086 138 0000 1234", MOBILE),
        ("１３８００００１２３４", MOBILE),
        ("010-66937166", LANDLINE),
        ("(010) 6693 7166", LANDLINE),
        ("010-66937166转8012", LANDLINE),
        ("+1 415 555 2671", "+14155552671"),
        ("00 44 7911 123456", "+447911123456"),
        ("010-66937166-8012", "010669371668012"),  # no plan knows it
        ("66937166", "66937166"),
        ("", None),
        ("+", None),
        ("call home", None),
        ("123", None),
        ("13800001234 (son)", None),
        ("138 0000 FISH", None),
        ("13800001234/2", None),
        ("13800001234;13900001235", None),
        ("=13800001234", None),
        ("😀13800001234", None),
    ],
)
def test_a_number_is_dialled_as_one_however_it_is_written(typed, number):
    assert dialled(typed) == number
    assert is_written_as_number(typed) is (number is not None)


SAME_LINE = [
    ("138 0000 1234", "13800001234"),
    ("138 0000 1234", "+8613800001234"),
    ("+138 0000 1234", "13800001234"),
    ("010-66937166", "+861066937166"),
    ("010-66937166", "01066937166"),
    ("+852 9123 4567", "85291234567"),
    ("85291234567", "+85291234567"),
    ("+1 415 555 2671", "14155552671"),
    ("+44 7911 123456", "447911123456"),
    ("+65 9123 4567", "6591234567"),
    ("+65 9123 4567", "+6591234567"),
]


@pytest.mark.parametrize(("typed", "sender"), SAME_LINE)
@pytest.mark.django_db
def test_a_sender_is_recognized_however_the_network_writes_it(typed, sender):
    assert endings(typed) & endings(sender)
    assert line_of(dialled(typed)) in lines_of(sender)


@pytest.mark.parametrize("sender", ["13800001235", "010-66937166", "nobody", ""])
def test_another_number_is_not_recognized(sender):
    assert not endings(MOBILE) & endings(sender)


@pytest.mark.parametrize(("typed", "sender"), SAME_LINE)
@pytest.mark.django_db
def test_a_message_of_an_earlier_version_is_found(typed, sender):
    """It kept the hash of the last eleven digits as they were typed."""
    digits = "".join(filter(str.isdecimal, typed))[-11:]
    stored = keyed_hash(Purpose.IDENTITY, f"line {digits}")

    assert stored in lines_of(sender)
