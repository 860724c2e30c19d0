"""Text as people write it, without what cannot be seen; the fields that take it."""

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django import forms

from trial_edc import text_fields
from trial_edc.typed_text import (
    LONGEST,
    UnfitText,
    character_name,
    comparison_key,
    described,
    fit_text,
    identifier,
    plain,
    written,
)

WIDE = "ＺＹ－００１２"
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("６２．５", "62.5"),
        ("6\u200b2.5\ufeff", "62.5"),
        ("  two\u3000\u00a0 words\n", "two words"),
        ("a–b—c−d－e‑f", "a-b-c-d-e-f"),
        ("14：30", "14:30"),
        ("14∶30", "14:30"),
        ("5 µmol", "5 μmol"),
        ("10²", "10^2"),
        ("×10⁹/L", "×10^9/L"),
        ("\u3164\u200d\u2800", ""),
    ],
)
def test_text_is_read_in_plain_letters_digits_and_dashes(text, expected):
    assert plain(text) == expected


def test_an_identifier_has_one_spelling():
    spellings = [WIDE, "zy-0012", " ZY - 0012 ", "zy\u200b–0012", "ｚｙ−００１２"]

    assert {identifier(text) for text in spellings} == {"ZY-0012"}


def test_each_mu_is_the_same_letter():
    assert {comparison_key(f"{mu}mol/L") for mu in "uµμ"} == {"umol/l"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\vtwo\r\nthree\rfour\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("ｆｕｌｌ width，kept", "ｆｕｌｌ width，kept"),
        ("a\u200bb\u202ec\u00add", "abcd"),
        ("\u200b", ""),
        ("a\tb", "a\tb"),
    ],
)
def test_words_are_kept_as_they_were_written(text, expected):
    assert written(text) == fit_text(text) == expected


def test_a_text_that_cannot_be_kept_says_why():
    with pytest.raises(UnfitText) as too_long:
        fit_text("x" * (LONGEST + 1))
    with pytest.raises(UnfitText) as unprintable:
        fit_text("a\x1bb")

    assert str(too_long.value) == "At most 2000 characters; this text has 2001."
    assert str(unprintable.value) == (
        "Remove the character that cannot be printed: U+001B CONTROL CHARACTER."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", "abc"),
        ("肌酐，高", "肌酐，高"),
        ("６２．５", "６２．５"),
        ("5 µg", "5 µg"),
        ("62\u2063.5", "62\u2063.5 [U+2063 INVISIBLE SEPARATOR]"),
        ("6О", "6О [U+041E CYRILLIC CAPITAL LETTER O]"),
        ("a\x07", "a� [U+0007 CONTROL CHARACTER]"),
        ("x" * 90, "x" * 80 + "…"),
    ],
)
def test_a_message_names_what_cannot_be_seen_or_looks_like_something_else(
    text, expected
):
    assert described(text) == expected


def test_a_character_is_named_by_its_code_and_its_name():
    assert [
        character_name(c) for c in ("\u200b", "\x00", chr(0xD800), "\uffff", "\ue000")
    ] == [
        "U+200B ZERO WIDTH SPACE",
        "U+0000 CONTROL CHARACTER",
        "U+D800 SURROGATE",
        "U+FFFF NO CHARACTER",
        "U+E000 PRIVATE USE",
    ]


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        (text_fields.TypedText(), " two\u200b words\v ", "two words"),
        (text_fields.PlainText(), "ａｎｎａ\u200b", "anna"),
        (text_fields.TypedEmail(), "a\u200bnna＠example.org", "anna@example.org"),
        (text_fields.TypedSlug(), "ｌａｂ–1", "lab-1"),
        (text_fields.TypedInteger(), "１２\u200b", 12),
        (text_fields.TypedDecimal(), "−１．５", Decimal("-1.5")),
    ],
)
def test_a_field_of_a_plain_form_reads_like_an_item(field, typed, value):
    assert field.clean(typed) == value


NUMBERS = [text_fields.TypedInteger, text_fields.TypedDecimal]


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize(
    "typed", ["①", "₂", "10²", "٣", "1_000", "1e3", "NaN", "1,5", "½", "Ⅻ", "12 kg"]
)
def test_a_field_for_numbers_takes_none_for_another(field, typed):
    with pytest.raises(forms.ValidationError):
        field().clean(typed)


@pytest.mark.parametrize("field", NUMBERS)
def test_a_control_for_numbers_takes_each_width(field):
    """A browser drops full-width digits from an input of the type number, unseen."""

    class Form(forms.Form):
        number = field(min_value=0)

    assert 'type="text"' in str(Form({"number": "１２"})["number"])


@pytest.mark.parametrize("typed", ["\u200b", "\u3000\u00a0", "\u3164", "\v"])
def test_what_cannot_be_seen_is_no_answer(typed):
    with pytest.raises(forms.ValidationError) as refused:
        text_fields.TypedText().clean(typed)

    assert refused.value.messages == ["This field is required."]


@pytest.mark.parametrize("typed", ["a\x07", "a\ufffd", "😀", "x" * 11])
def test_a_field_refuses_what_cannot_be_kept(typed):
    with pytest.raises(forms.ValidationError):
        text_fields.TypedText(longest=10).clean(typed)


FLOORS = [
    "record",
    "enrollment",
    "randomization",
    "visits",
    "safety",
    "outcomes",
    "entry",
    "imports",
]
OF_DJANGO = {
    f"forms.{kind}Field" for kind in ["Char", "Email", "Slug", "Integer", "Decimal"]
}
HIDDEN_OR_SECRET = re.compile(r"HiddenInput|PASSWORD_INPUT|PasswordInput")


def test_every_field_that_people_type_into_reads_in_the_one_way():
    """Django's own fields are left to what is hidden or secret."""
    calls = [
        (path.relative_to(ROOT), ast.unparse(node))
        for floor in (*FLOORS, "monitoring", "exports")
        for path in (ROOT / floor).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in OF_DJANGO
    ]

    assert [call for call in calls if not HIDDEN_OR_SECRET.search(call[1])] == []
