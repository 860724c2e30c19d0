"""Telephone numbers: all the ways of writing one are one number."""

import pytest

from record.notices.phone_numbers import international, line_of

MOBILE, LANDLINE = "+8613800001234", "+861066937166"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800001234", MOBILE),
        ("138 0000-1234", MOBILE),
        ("138.0000.1234", MOBILE),
        ("+86 138-0000-1234", MOBILE),
        ("86 13800001234", MOBILE),
        ("0086 138 0000 1234", MOBILE),
        ("１３８００００１２３４", MOBILE),
        ("010-66937166", LANDLINE),
        ("(010) 6693 7166", LANDLINE),
        ("+86 10 6693 7166", LANDLINE),
        ("+1 415 555 2671", "+14155552671"),
        ("00 44 7911 123456", "+447911123456"),
        ("", None),
        ("+", None),
        ("call home", None),
        ("123", None),
        ("13800001234 (son)", None),
        ("13800001234 转 12", None),
        ("138 0000 FISH", None),
        ("13800001234 13800001235", None),
    ],
)
def test_a_number_is_one_however_it_is_written(typed, number):
    assert international(typed) == number


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("+86 138-0000-1234", True),
        ("13800001234", True),
        ("13800001235", False),
        ("010-66937166", False),
        ("nobody", False),
    ],
)
@pytest.mark.django_db
def test_a_sender_is_found_by_the_hash_of_the_number(written, same):
    assert (line_of(written) == line_of(MOBILE)) is same
