"""Item types: thin typed fields whose further facts stay out of migrations.

One declaration serves the table, the page, the checks, the history, the dictionary
and the exports. Every column is nullable without default: unknown is never a value.
"""

from record.casebook.items.base import Facts, Item, Range, Required, Section
from record.casebook.items.dates import Date, DateTime, PartialDate, Time
from record.casebook.items.links import ItemGroup, Listed, Ref, User
from record.casebook.items.numbers import Lab, Number, parse_number
from record.casebook.items.words import (
    Choice,
    File,
    MultipleChoice,
    Text,
    YesNo,
    codes_in,
)

__all__ = [
    "Choice",
    "Date",
    "DateTime",
    "Facts",
    "File",
    "Item",
    "ItemGroup",
    "Lab",
    "Listed",
    "MultipleChoice",
    "Number",
    "PartialDate",
    "Range",
    "Ref",
    "Required",
    "Section",
    "Text",
    "Time",
    "User",
    "YesNo",
    "codes_in",
    "parse_number",
]
