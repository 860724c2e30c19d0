"""Texts stored as message and parameters: the same whoever stored them."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from trial_edc.vocabulary import Word
from trial_edc.wording import Wording, written_out

DETAILS = {
    "number": Decimal("1.50"),
    "on": date(2026, 3, 8),
    "state": gettext_lazy("Unknown"),
    "typed": "Unknown",
    "marked": Word("Unknown"),
    "list": (Word("Unknown"), Word("Not done")),
}
MESSAGE = "%(number)s on %(on)s: %(state)s, “%(typed)s”, %(marked)s; %(list)s"


def stored_in(language: str) -> str:
    with override(language):
        return json.dumps(Wording(MESSAGE, DETAILS).stored)


def test_what_is_stored_is_the_same_in_each_language():
    assert stored_in("zh-hans") == stored_in("en")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "1.50 on 2026-03-08: Unknown, “Unknown”, Unknown; Unknown, Not done"),
        ("zh-hans", "1.50 on 2026-03-08: 未知, “Unknown”, 未知; 未知, 未做"),
    ],
)
def test_it_is_written_out_for_the_reader_and_leaves_typed_words(language, expected):
    stored = json.loads(stored_in("en"))

    with override(language):
        assert written_out(stored) == expected


def test_a_message_without_parameters_may_hold_a_percent_sign():
    assert written_out(Wording("50 % of it").stored) == "50 % of it"


def test_in_the_source_language_it_reads_the_same_everywhere():
    with override("zh-hans"):
        text = Wording(MESSAGE, DETAILS).in_source_language

    assert text == "1.50 on 2026-03-08: Unknown, “Unknown”, Unknown; Unknown, Not done"


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "Unknown, “Unknown”"), ("zh-hans", "未知, “Unknown”")],
)
def test_it_is_read_at_once_in_the_language_of_the_reader(language, expected):
    wording = Wording("%(state)s, “%(typed)s”", DETAILS)

    with override(language):
        assert wording.text == expected
