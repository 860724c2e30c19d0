"""Forms without values, for days on paper, and with their SDTM targets beside them."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from record.accounts.models import User
from record.casebook import catalogue, items
from record.casebook.access import may_see, visible_items
from record.casebook.design import FormDesign
from record.casebook.items import Item
from trial_edc.requirements import implements
from trial_edc.units import written_unit
from trial_edc.vocabulary import MissingCode

Line = dict[str, Any]
# How an answer is written by hand; of other items, on a line.
PATTERNS: tuple[tuple[type[Item], str], ...] = (
    (items.DateTime, "____-__-__  __:__"),
    (items.PartialDate, "____-__-__"),
    (items.Date, "____-__-__"),
    (items.Time, "__:__"),
)


def printable_designs(user: User) -> list[FormDesign]:
    """What the system alone writes is never written by hand."""
    return [
        design
        for design in catalogue.designs().values()
        if may_see(user, design) and not design.system_made
    ]


@implements("BAK-05")
def blank_form(design: FormDesign, user: User) -> Line:
    """In the language in force."""
    visible = visible_items(user, design)
    return {
        "code": design.code,
        "title": str(design.title),
        "version": design.version,
        "guide": str(design.guide),
        "is_repeated": design.is_repeated,
        "visits": list(design.collected.visits),
        "sections": [
            {
                "title": str(section.title),
                "items": [
                    line
                    for name in section.items
                    if name in visible
                    for line in _lines(design.items[name])
                ],
            }
            for section in design.sections
        ],
    }


def _lines(item: Item) -> Iterator[Line]:
    """An item, and the columns of the rows inside it."""
    yield _line(item, "")
    if isinstance(item, items.ItemGroup):
        for column in item.columns.values():
            yield _line(column, str(item.verbose_name))


def _line(item: Item, group: str) -> Line:
    facts = item.facts
    is_group = isinstance(item, items.ItemGroup)
    return {
        "label": str(item.verbose_name),
        "name": str(item.name),
        "group": group,
        "guide": str(facts.guide),
        "is_group": is_group,
        "required": facts.required is True,
        "asked_if": facts.only_if is not None,
        "choices": _choices(item),
        "several": isinstance(item, items.MultipleChoice),
        "pattern": _pattern(item),
        "units": _units(item),
        "codes": [code.value for code in MissingCode]
        if facts.missing_allowed and not group and not is_group
        else [],
        "sdtm": facts.sdtm,
        "cdash": facts.cdash,
    }


def _choices(item: Item) -> list[str]:
    return [_(term.label) for term in item.facts.terms or ()]


def _pattern(item: Item) -> str:
    for kind, pattern in PATTERNS:
        if isinstance(item, kind):
            with_time = isinstance(item, items.PartialDate) and item.with_time
            return f"{pattern}  __:__" if with_time else pattern
    return ""


def _units(item: Item) -> list[str]:
    if isinstance(item, items.Lab):
        return [written_unit(unit) for unit in item.units]
    return [written_unit(item.facts.unit)] if item.facts.unit else []
