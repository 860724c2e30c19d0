"""The words of a file that need a meaning, and the meanings to choose from."""

from imports.rules.mapping import (
    NOT_COLLECTED,
    FileColumn,
    FileMapping,
    WordKind,
    holds_number,
    normalized,
)
from imports.rules.reading import FileTable
from record.casebook import catalogue
from record.casebook.items import Lab
from trial_edc.vocabulary import N_, MissingCode, VisitCode
from visits.laboratory.vocabulary import Analyte, SamplePlace

MAX_WORDS = 200  # new ones of one kind at once; the page is posted whole
COLUMN_OF = {
    WordKind.ANALYTE: FileColumn.ANALYTE,
    WordKind.UNIT: FileColumn.UNIT,
    WordKind.VALUE: FileColumn.VALUE,
    WordKind.PLACE: FileColumn.PLACE,
    WordKind.VISIT: FileColumn.VISIT,
}
# Headings by which a column is proposed; a person decides.
USUAL_HEADINGS = {
    FileColumn.PARTICIPANT: ("participant", "subject", "subjid", "受试者编号"),
    FileColumn.ANALYTE: ("analyte", "test", "test code", "项目", "检验项目"),
    FileColumn.SAMPLED_AT: ("sampled at", "sampled", "collected", "采样时间"),
    FileColumn.VALUE: ("value", "result", "结果"),
    FileColumn.UNIT: ("unit", "单位"),
    FileColumn.LABORATORY: ("laboratory", "lab", "实验室"),
    FileColumn.VISIT: ("visit", "访视"),
}


def units() -> list[str]:
    items = [
        *catalogue.design("CRE").items.values(),
        *catalogue.design("LAB").items.values(),
    ]
    names = (unit for item in items if isinstance(item, Lab) for unit in item.units)
    return list(dict.fromkeys(names))


def meanings(kind: WordKind) -> list[tuple[str, str]]:
    match kind:
        case WordKind.ANALYTE:
            return [*Analyte.choices(), (NOT_COLLECTED, N_("not collected"))]
        case WordKind.UNIT:
            return [(unit, unit) for unit in units()]
        case WordKind.VALUE:
            return MissingCode.choices()
        case WordKind.PLACE:
            return SamplePlace.choices()
        case WordKind.VISIT:
            visits = catalogue.design("LAB").collected.visits
            return [pair for pair in VisitCode.choices() if pair[0] in visits]


def words_in(table: FileTable, mapping: FileMapping, kind: WordKind) -> list[str]:
    heading = mapping.columns.get(COLUMN_OF[kind], "")
    if heading not in table.heading:
        return []
    place = table.heading.index(heading)
    cells = (cells[place] for _line, cells in table.rows if place < len(cells))
    texts = dict.fromkeys(normalized(cell) for cell in cells if _is_word(kind, cell))
    texts.pop("", None)  # of cells in which nothing can be seen
    mapped = mapping.words.get(kind, {})
    new = [text for text in texts if text not in mapped]
    return [text for text in texts if text in mapped] + new[:MAX_WORDS]


def _is_word(kind: WordKind, cell: str) -> bool:
    if kind == WordKind.UNIT:
        return bool(cell) and cell not in units()
    if kind == WordKind.VALUE:
        is_formula = cell.startswith(("=", "+", "-", "@"))
        return bool(cell) and not is_formula and not holds_number(cell)
    return bool(cell)


def proposed_mapping(table: FileTable, mapping: FileMapping) -> FileMapping:
    """The mapping; for a source that has none, columns proposed by their headings."""
    if mapping.columns:
        return mapping
    by_name = {normalized(name): name for name in table.heading if name}
    columns = {
        column.value: by_name[heading]
        for column, names in USUAL_HEADINGS.items()
        for heading in names[::-1]
        if heading in by_name
    }
    return FileMapping(columns=columns)
