"""Which words of a file the mapping has to know, and what each may mean."""

import re

from imports.rules.mapping import NOT_COLLECTED, FileColumn, FileMapping, Words, plain
from imports.rules.reading import FileTable
from imports.selectors.lines import LIMIT
from record.casebook import catalogue
from record.casebook.items import Lab
from trial_edc.vocabulary import N_, MissingCode, VisitCode
from visits.laboratory.vocabulary import Analyte, SamplePlace

MOST_WORDS = 200  # of one kind; more are no words
NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
COLUMN_OF = {
    Words.ANALYTE: FileColumn.ANALYTE,
    Words.UNIT: FileColumn.UNIT,
    Words.VALUE: FileColumn.VALUE,
    Words.PLACE: FileColumn.PLACE,
    Words.VISIT: FileColumn.VISIT,
}
# Headings by which a column is proposed; a person decides.
USUAL = {
    FileColumn.PARTICIPANT: ("participant", "subject", "subjid", "受试者编号"),
    FileColumn.ANALYTE: ("analyte", "test", "test code", "项目", "检验项目"),
    FileColumn.SAMPLED_AT: ("sampled at", "sampled", "collected", "采样时间"),
    FileColumn.VALUE: ("value", "result", "结果"),
    FileColumn.UNIT: ("unit", "单位"),
    FileColumn.LABORATORY: ("laboratory", "lab", "实验室"),
    FileColumn.VISIT: ("visit", "访视"),
}


def units() -> list[str]:
    """Return the units of the laboratory forms, each once."""
    items = [
        *catalogue.design("CRE").items.values(),
        *catalogue.design("LAB").items.values(),
    ]
    found = (unit for item in items if isinstance(item, Lab) for unit in item.units)
    return list(dict.fromkeys(found))


def meanings(kind: Words) -> list[tuple[str, str]]:
    """Return what a word of this kind may mean, untranslated."""
    match kind:
        case Words.ANALYTE:
            return [*Analyte.choices(), (NOT_COLLECTED, N_("not collected"))]
        case Words.UNIT:
            return [(unit, unit) for unit in units()]
        case Words.VALUE:
            return MissingCode.choices()
        case Words.PLACE:
            return SamplePlace.choices()
        case Words.VISIT:
            visits = catalogue.design("LAB").collected.visits
            return [pair for pair in VisitCode.choices() if pair[0] in visits]


def words_in(table: FileTable, mapping: FileMapping, kind: Words) -> list[str]:
    """Return the words of a column that need a meaning, in the order of the file."""
    told = mapping.columns.get(COLUMN_OF[kind], "")
    if told not in table.heading:
        return []
    place = table.heading.index(told)
    cells = (cells[place] for _line, cells in table.rows if place < len(cells))
    found = dict.fromkeys(plain(cell) for cell in cells if _is_word(kind, cell))
    return list(found)[:MOST_WORDS]


def _is_word(kind: Words, cell: str) -> bool:
    if kind == Words.UNIT:
        return bool(cell) and cell not in units()
    if kind == Words.VALUE:
        is_formula = cell.startswith(("=", "+", "-", "@"))
        is_exact = NUMBER.fullmatch(cell) or LIMIT.fullmatch(cell)
        return bool(cell) and not is_exact and not is_formula
    return bool(cell)


def proposed(table: FileTable, mapping: FileMapping) -> FileMapping:
    """Return the mapping, with columns proposed for a source that has none."""
    if mapping.columns:
        return mapping
    by_name = {plain(name): name for name in table.heading if name}
    columns = {
        column.value: by_name[usual]
        for column, names in USUAL.items()
        for usual in names[::-1]
        if usual in by_name
    }
    return FileMapping(columns=columns)
