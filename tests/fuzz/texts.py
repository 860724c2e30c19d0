"""Hostile and odd texts: what people, spreadsheets, laboratories and attackers type.

The seed is fixed; `make fuzz` takes another one each time and prints it.
"""

import os
from collections.abc import Callable
from random import Random

from record.casebook import items
from record.casebook.items import Item
from record.casebook.values import MissingCode

SEED = int(os.environ.get("FUZZ_SEED", "4194671"))
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))  # times as many as in `make test`

HOSTILE = (
    "",
    " ",
    "\u200b",
    "\u3000",
    "0",
    "-0",
    "+1",
    "1e999",
    "1E-400",
    "1_000",
    "0x10",
    "NaN",
    "Infinity",
    "-inf",
    "1,5",
    "1.234,56",
    "1，5",
    "６２．５",
    "٣٤",
    "½",
    "10²",
    "<0.5",
    "≤18",
    ">2000",
    "133↑",
    "133 H",
    "62.5kg",
    "190 µmol/L",
    "190 μmol/l",
    "9" * 40,
    "0." + "3" * 40,
    "1" * 5000,
    "2026-02-30",
    "2026-13-01",
    "0000-00-00",
    "10000-01-01",
    "1899-12-31",
    "2026",
    "2026-04",
    "2026年4月14日 下午2:30",
    "14/04/2026",
    "46126",
    "2026-04-13 24:00",
    "2026-04-13 25:00",
    "2026-04-13 12:60",
    "24:00",
    "8:5",
    "23:59:59.999999",
    "2026-04-13T10:00+14:00",
    "ND",
    "UNK",
    "nd",
    "未测",
    "溶血",
    "=1+1",
    '=HYPERLINK("http://example.org")',
    "@SUM(A1)",
    "<script>alert(1)</script>",
    "{{ 7*7 }}{% now 'Y' %}",
    "%(items)s %s %",
    "'; DROP TABLE audit_entry; --",
    "../../etc/passwd",
    '"quoted" and \\',
    "a\tb\nc",
    "a\vb\x1fc",
    "e\u0301\u202e abc",
    "👩‍⚕️",
    "\ufffd\ufeff",
    "𠮷野家",
    "null",
    "None",
    "undefined",
    "true",
    "[]",
    '{"missing": "ND"}',
)


def for_item(chance: Random, item: Item) -> str:
    """A text for the control of an item: a likely one as often as not."""
    kind = chance.random()
    if kind < 0.4:
        return _likely(chance, item)
    if kind < 0.5:
        return _odd(chance, _likely(chance, item))
    if kind < 0.9:
        return chance.choice(HOSTILE)
    return "".join(_character(chance) for _ in range(chance.randrange(1, 40)))


def _likely(chance: Random, item: Item) -> str:
    instant = f"2026-04-{chance.randrange(1, 29):02} {_time(chance)}"
    match item:
        case items.Choice() | items.MultipleChoice():
            texts = [term.value for term in item.facts.terms or ()]
        case items.Number() | items.Lab():
            texts = [f"{chance.uniform(0, 200):.{chance.randrange(4)}f}"]
        case items.PartialDate():
            texts = [instant[:length] for length in (4, 7, 10, 16)]
        case items.DateTime() | items.Date() | items.Time():
            texts = [instant, instant[:10], instant[11:]]
        case _:
            texts = ["Fever", "肾内科", "H-123", "13800138000", "a@example.org"]
    return chance.choice(texts)


def _time(chance: Random) -> str:
    return f"{chance.randrange(24):02}:{chance.randrange(60):02}"


def _odd(chance: Random, text: str) -> str:
    return chance.choice(SPELLINGS)(text)


SPELLINGS: tuple[Callable[[str], str], ...] = (
    lambda text: text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}),
    "\u200b".join,
    lambda text: f"\u202a{text}\u202c",
    lambda text: f"\u00a0{text}\u3000",
    lambda text: text.replace("-", "–").replace(".", "．"),
    str.upper,
)


def _character(chance: Random) -> str:
    number = chance.choice([chance.randrange(0x80), chance.randrange(0x11_0000)])
    is_surrogate = 0xD800 <= number < 0xE000
    return "?" if is_surrogate or not number else chr(number)


def missing_code(chance: Random) -> str:
    return chance.choice(list(MissingCode)).value
