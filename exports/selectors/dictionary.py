"""Data dictionary of an export, generated from the declarations of the forms."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext, override

from exports.selectors.cells import is_birth_date
from exports.selectors.export_table import ExportTable
from record.casebook.conditions import Answer, Answered, AtVisit, Condition, Fact
from record.casebook.design import FormDesign
from record.casebook.items import Item, ItemGroup, Lab, Range
from record.casebook.specifications import HEADING as CHECKS_HEADING
from record.casebook.specifications import specifications
from trial_edc.spreadsheets import safe
from trial_edc.vocabulary import Codelist

CHINESE = "zh-hans"
NAME = "data_dictionary.csv"
CHECKS_NAME = "edit_checks.csv"
HEADING = (
    "file",
    "form",
    "form_title_en",
    "form_title_zh",
    "section_en",
    "item",
    "label_en",
    "label_zh",
    "type",
    "unit",
    "codes",
    "codes_zh",
    "required",
    "asked_if",
    "hard_low",
    "hard_high",
    "soft_low",
    "soft_high",
    "missing_codes_allowed",
    "since",
    "exported_as",
    "sdtm",
    "cdash",
    "loinc",
    "guide_en",
)


def dictionary(designs: Iterable[FormDesign]) -> ExportTable:
    lines = (line for design in designs for line in form_lines(design))
    return ExportTable(NAME, "Data dictionary", HEADING, lines)


def edit_checks(designs: Iterable[FormDesign]) -> ExportTable:
    lines = (
        [safe(cell) for cell in specification.line]
        for specification in specifications(designs)
    )
    return ExportTable(CHECKS_NAME, "Edit checks", CHECKS_HEADING, lines)


def form_lines(design: FormDesign) -> Iterator[list[str]]:
    for section in design.sections:
        for name in section.items:
            item = design.items[name]
            if item.facts.identity and not is_birth_date(item):
                continue
            rows = isinstance(item, ItemGroup)
            file = f"{design.dataset}_{name}.csv" if rows else f"{design.dataset}.csv"
            yield item_line(design, section.title, item, file)
            for column in getattr(item, "columns", {}).values():
                yield item_line(design, item.verbose_name, column, file)


def item_line(design: FormDesign, section: object, item: Item, file: str) -> list[str]:
    facts = item.facts
    return [
        file,
        design.code,
        in_language("en", design.title),
        in_language(CHINESE, design.title),
        in_language("en", section),
        str(item.name),
        in_language("en", item.verbose_name),
        in_language(CHINESE, item.verbose_name),
        type(item).__name__,
        unit_of(item),
        codes(facts.terms, "en"),
        codes(facts.terms, CHINESE),
        condition_text(facts.required),
        condition_text(facts.only_if) if facts.only_if else "",
        *limits(facts.hard),
        *limits(facts.soft),
        "Y" if facts.missing_allowed else "N",
        str(facts.since),
        exported_as(item),
        facts.sdtm,
        facts.cdash,
        facts.loinc,
        in_language("en", facts.guide),
    ]


def in_language(language: str, text: object) -> str:
    """The text itself where it has no translation."""
    with override(language):
        return safe(str(text))


def unit_of(item: Item) -> str:
    """Unit; of a laboratory item every unit with its factor."""
    if not isinstance(item, Lab):
        return item.facts.unit
    return "; ".join(f"{unit} (x {factor})" for unit, factor in item.units.items())


def codes(terms: type[Codelist] | None, language: str) -> str:
    if terms is None:
        return ""
    with override(language):
        return "; ".join(f"{term.value}={gettext(term.label)}" for term in terms)


def limits(span: Range | None) -> tuple[str, str]:
    return (str(span[0]), str(span[1])) if span else ("", "")


def exported_as(item: Item) -> str:
    """What is exported instead of the value; empty for the value itself."""
    if is_birth_date(item):
        return "year of birth, and age in completed years at consent"
    return "a file of its own" if isinstance(item, ItemGroup) else ""


def condition_text(condition: bool | Condition | None) -> str:  # noqa: FBT001
    if isinstance(condition, bool) or condition is None:
        return "Y" if condition else "N"
    if isinstance(condition, Answer):
        return f"{condition.item} in ({', '.join(condition.codes)})"
    if isinstance(condition, Answered):
        return f"{condition.item} answered"
    if isinstance(condition, AtVisit):
        return f"visit in ({', '.join(condition.visits)})"
    if isinstance(condition, Fact):
        return f"{condition.name} in ({', '.join(map(str, condition.values))})"
    return _combination_text(condition)


def _combination_text(condition: Any) -> str:
    """A combination in words; a condition of one room by its docstring."""
    if hasattr(condition, "part"):
        return f"not ({condition_text(condition.part)})"
    if hasattr(condition, "parts"):
        word = " and " if type(condition).__name__ == "_All" else " or "
        return word.join(f"({condition_text(part)})" for part in condition.parts)
    return (type(condition).__doc__ or "").splitlines()[0]
