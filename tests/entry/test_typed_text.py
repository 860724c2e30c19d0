"""One reading of typed text: each item of each form, on its page and in a table.

A page reads the controls of an item, a table or paste the text of a cell; both end in
the same value, or in a refusal that names what is wrong.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from entry.form.forms.raw_values import entered_value
from record.capture import cells
from record.capture.parsing import parse_item
from record.casebook import catalogue, items
from record.casebook.items import Item
from record.casebook.values import Partial
from tests.each import for_each

FULL_WIDTH = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
ODD_SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "full width": lambda text: text.translate(FULL_WIDTH),
    "zero-width spaces": "\u200b".join,
    "byte-order mark": lambda text: "\ufeff" + text,
    "direction marks": lambda text: f"\u200e{text}\u202c\u200f",
    "soft hyphen": lambda text: f"{text[:1]}\u00ad{text[1:]}",
    "no-break spaces": lambda text: f"\u00a0{text}\u202f",
    "ideographic spaces": lambda text: f"\u3000{text}\u3000",
    "variation selector": lambda text: text + "\ufe0e",
}
HARMFUL = {
    "a\x00b": "U+0000 CONTROL CHARACTER",
    "a\x07b": "U+0007 CONTROL CHARACTER",
    "a\x0cb": "U+000C CONTROL CHARACTER",
    "a\x7fb": "U+007F CONTROL CHARACTER",
    "a\x9fb": "U+009F CONTROL CHARACTER",
    f"a{chr(0xD800)}b": "U+D800 SURROGATE",
    "a\ufffdb": "U+FFFD REPLACEMENT CHARACTER",
    "a\uffffb": "U+FFFF NO CHARACTER",
    "a\ue000b": "U+E000 PRIVATE USE",
    "a😀b": "U+1F600 GRINNING FACE",
    "a✅b": "U+2705 WHITE HEAVY CHECK MARK",
    "a❤\ufe0fb": "U+2764 HEAVY BLACK HEART",
    "a⭐b": "U+2B50 WHITE MEDIUM STAR",
}


def declared(*kinds: type[Item]) -> dict[str, Item]:
    """Each item of these kinds of all forms, and each column of their small tables."""
    return dict(_declared(*kinds))


def _declared(*kinds: type[Item]) -> Iterator[tuple[str, Item]]:
    for code, design in catalogue.designs().items():
        for name, item in design.items.items():
            columns = item.columns if isinstance(item, items.ItemGroup) else {"": item}
            for column, one in columns.items():
                if isinstance(one, kinds):
                    place = f"{name}.{column}" if column else name
                    yield f"{code}.{place}", one


def on_a_page(item: Item, text: str, unit: str | None = None) -> Any:
    typed = QueryDict(mutable=True)
    typed["x"] = text
    if unit is not None:
        typed["x__unit"] = unit
    return parse_item(item, entered_value(item, "x", typed))


def in_a_cell(item: Item, text: str, unit: str = "") -> Any:
    return parse_item(item, cells.read(item, text, unit=unit))


def read_alike(item: Item, text: str) -> Any:
    """The value that both ways read."""
    on_page, in_cell = on_a_page(item, text), in_a_cell(item, text)
    assert on_page == in_cell
    return on_page


def refused_alike(item: Item, text: str) -> str:
    messages = []
    for way in (on_a_page, in_a_cell):
        with pytest.raises(ValidationError) as refused:
            way(item, text)
        messages.append(refused.value.messages[0])
    assert messages[0] == messages[1]
    return str(messages[0])


@for_each(declared(items.Text))
def test_words_are_kept_as_written_without_what_cannot_be_seen(item):
    for spelling, odd in ODD_SPELLINGS.items():
        text = "two words"[: item.longest]
        kept = odd(text) if spelling == "full width" else text
        assert read_alike(item, odd(text)) == kept, spelling
    assert read_alike(item, "a\vb\r\nc\u2028d") == "a\nb\nc\nd"


@for_each(declared(items.Text))
def test_what_cannot_be_printed_is_refused_and_named(item):
    message = "Remove the character that cannot be printed: %s."

    answers = {text: refused_alike(item, text) for text in HARMFUL}

    assert answers == {text: message % name for text, name in HARMFUL.items()}


@for_each(declared(items.Text))
def test_a_text_has_a_limit_and_says_which(item):
    assert refused_alike(item, "x" * (item.longest + 1)) == (
        f"At most {item.longest} characters; this text has {item.longest + 1}."
    )


UNSEEN = ("\u200b", "\u00a0\u3000", "\u3164", "\u2800", "\ufeff")


@for_each(declared(items.Text, items.Number, items.Lab, items.Date, items.DateTime))
def test_what_cannot_be_seen_at_all_is_no_entry(item):
    read = {text: read_alike(item, text) for text in UNSEEN}

    assert read == dict.fromkeys(UNSEEN)


@for_each(declared(items.Number))
def test_a_number_is_read_however_it_is_spelled(item):
    text = "6.5" if item.decimal_places else "65"
    unit = item.facts.unit
    spellings = {name: odd(text) for name, odd in ODD_SPELLINGS.items()}
    spellings["unit after a gap"] = f"{text}\u00a0{unit}"
    if not unit.startswith("10"):
        spellings["unit"] = f"{text}{unit}"
    spellings["ideographic point"] = text.replace(".", "。")

    read = {name: read_alike(item, odd) for name, odd in spellings.items()}

    assert read == dict.fromkeys(spellings, Decimal(text))
    assert (
        read_alike(item, f"–{text}") == read_alike(item, f"−{text}") == -Decimal(text)
    )


@for_each(declared(items.Number, items.Lab))
def test_a_number_that_is_none_is_refused_and_its_odd_characters_are_named(item):
    comma = "“%s” has a comma. Write decimals with a point, thousands without."
    number = "“%s” is not a number. Enter digits, such as 12.5."
    expected = {
        "1，234": comma,
        "1、5": comma,
        "10²": number,
        "6①": number,
        "6₂": number,
        "½": number,
        "6٢": number,
    }
    named = {
        "10²": "10² [U+00B2 SUPERSCRIPT TWO]",
        "6①": "6① [U+2460 CIRCLED DIGIT ONE]",
        "6₂": "6₂ [U+2082 SUBSCRIPT TWO]",
        "½": "½ [U+00BD VULGAR FRACTION ONE HALF]",
        "6٢": "6٢ [U+0662 ARABIC-INDIC DIGIT TWO]",
    }

    answers = {text: refused_alike(item, text) for text in expected}

    assert answers == {
        text: message % named.get(text, text) for text, message in expected.items()
    }


@for_each(declared(items.Lab))
def test_a_laboratory_value_is_read_with_each_unit_behind_it_or_beside_it(item):
    for unit in item.units:
        written = item.parse(("6.5", unit))
        spelled = unit.replace("umol", "µmol").replace("10^9", "×10⁹")
        for name, odd in ODD_SPELLINGS.items():
            assert read_alike(item, odd(f"6.5 {unit}")) == written, name
            assert on_a_page(item, odd("6.5"), unit) == written, name
            assert in_a_cell(item, odd("6.5"), unit) == written, name
        assert read_alike(item, f"6.5 {spelled}") == written
        assert on_a_page(item, f"6.5 {spelled}", item.standard_unit) == written


def test_a_unit_that_is_not_chosen_is_not_guessed():
    item = catalogue.design("CRE").items["value"]

    with pytest.raises(ValidationError) as refused:
        on_a_page(item, "118", "")

    assert refused.value.messages == ["Choose the unit: umol/L, mg/dL."]


INSTANTS = (
    "2026-03-08 14:30",
    "2026/3/8 14:30:00",
    "20260308 1430",
    "2026年3月8日 14时30分",
    "2026年3月8日14时30分",
    "2026-03-08 下午2:30",
    "2026–03–08 2:30 PM",
    "2026/3/8下午2:30",
    "2026-03-08 PM2:30",
)


@for_each(declared(items.DateTime))
def test_an_instant_is_read_however_it_is_spelled(item):
    spellings = [odd(text) for text in INSTANTS for odd in ODD_SPELLINGS.values()]

    read = {text: read_alike(item, text) for text in spellings}

    assert read == dict.fromkeys(spellings, datetime(2026, 3, 8, 6, 30, tzinfo=UTC))
    midnight = datetime(2026, 3, 8, 16, tzinfo=UTC)
    assert read_alike(item, "2026-03-08 24:00") == midnight


@for_each(declared(items.Date, items.PartialDate))
def test_a_date_is_read_however_it_is_spelled(item):
    texts = ("2026-03-08", "2026/3/8", "20260308", "2026年3月8日", "2026−03−08")
    spellings = [odd(text) for text in texts for odd in ODD_SPELLINGS.values()]
    is_partial = isinstance(item, items.PartialDate)

    read = {text: read_alike(item, text) for text in spellings}

    value = Partial("2026-03-08") if is_partial else date(2026, 3, 8)
    assert read == dict.fromkeys(spellings, value)


@for_each(declared(items.PartialDate))
def test_a_date_with_a_time_is_read_where_the_item_takes_one(item):
    if not item.with_time:
        message = "Enter the date without a time."
        assert {refused_alike(item, text) for text in INSTANTS} == {message}
        return
    spellings = [odd(text) for text in INSTANTS for odd in ODD_SPELLINGS.values()]

    read = {text: read_alike(item, text) for text in spellings}

    assert read == dict.fromkeys(spellings, Partial("2026-03-08T14:30"))
    assert read_alike(item, "2026-03-08 24:00") == Partial("2026-03-09T00:00")


@for_each(declared(items.Time))
def test_a_time_of_day_is_read_however_it_is_spelled(item):
    texts = ("14:30", "1430", "14时30分", "下午2:30", "2:30 pm")
    spellings = [odd(text) for text in texts for odd in ODD_SPELLINGS.values()]

    read = {text: read_alike(item, text) for text in spellings}

    assert read == dict.fromkeys(spellings, time(14, 30))


@for_each(declared(items.Time))
def test_a_time_of_day_that_may_be_another_is_refused(item):
    for text in ("14.30", "14", "8:5", "晚上0:30", "14:30+08:00"):
        message = f"“{text}” is not a time. Enter it as 14:30."
        assert refused_alike(item, text) == message


def test_a_time_of_day_alone_is_not_24_00():
    item = catalogue.design("DTH").items["death_time"]

    assert refused_alike(item, "24:00") == (
        "24:00 is 00:00 of the next day. Enter 00:00 and that day."
    )


@for_each(declared(items.DateTime, items.PartialDate))
def test_a_time_that_no_day_has_is_refused_in_words(item):
    for clock in ("24:00:01", "24:01", "25:00", "12:60", "上午12:30", "晚上0:30"):
        answer = refused_alike(item, f"2026-03-08 {clock}")
        assert f"“2026-03-08 {clock}” is not a date" in answer
