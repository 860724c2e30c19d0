"""A list of cases from the sponsor's safety database, read from CSV; pure.

The heading names `case`, `participant`, `term` and `onset`, and what there is of `pt`,
`outcome` and `causality`.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from record.casebook.values import Partial
from safety.coding.rules import UnreadableDictionary, comparison_key, decode_text
from safety.vocabulary import Causality, EventOutcome
from trial_edc.typed_text import MAX_SHOWN, identifier, plain, written
from trial_edc.vocabulary import N_, Codelist

NEEDED = ("case", "participant", "term", "onset")
MOST_CASES, MOST_PROBLEMS = 5_000, 50
LONGEST = {"case": 60, "participant": 40, "term": 400, "pt": 400}
CODELISTS: Mapping[str, type[Codelist]] = {
    "outcome": EventOutcome,
    "causality": Causality,
}
Problem = tuple[str, Mapping[str, object]]  # a message with its details


class UnreadableList(Exception):
    """The file is no list of cases; each problem says where and why."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the safety database has it; what it does not say is empty."""

    line: int
    case_number: str
    participant: str  # the number, as identifiers are read
    term: str
    onset: str  # ISO 8601, as far as it is known
    pt: str = ""
    outcome: str = ""
    causality: str = ""


def read_cases(
    content: bytes, labels: Mapping[str, Mapping[str, str]]
) -> list[CaseRow]:
    """Read the file; `labels` maps words to codes, by column. Raises `UnreadableList`.

    A coded column may hold the code or what people read in either language.
    """
    try:
        lines = csv.DictReader(io.StringIO(decode_text(content), newline=""))
        cells = [(lines.line_num, _cells(line)) for line in lines]
    except UnreadableDictionary as problem:
        raise UnreadableList(list(problem.problems)) from problem
    except csv.Error as problem:
        text = N_("The file cannot be read as CSV: %(problem)s.")
        raise UnreadableList([(text, {"problem": problem})]) from problem
    heading = {plain(name).casefold() for name in lines.fieldnames or ()}
    if missing := [name for name in NEEDED if name not in heading]:
        text = N_("The heading lacks %(columns)s.")
        raise UnreadableList([(text, {"columns": ", ".join(missing)})])
    if len(cells) > MOST_CASES:
        text = N_("The file holds more than %(count)s lines.")
        raise UnreadableList([(text, {"count": MOST_CASES})])
    rows, problems = _rows(cells, labels)
    if problems:
        raise UnreadableList(problems[:MOST_PROBLEMS])
    return rows


def _cells(line: Mapping[str | None, object]) -> dict[str, str]:
    return {
        plain(name).casefold(): written(str(value or ""))
        for name, value in line.items()
        if name is not None
    }


def _rows(
    lines: list[tuple[int, dict[str, str]]], labels: Mapping[str, Mapping[str, str]]
) -> tuple[list[CaseRow], list[Problem]]:
    rows: list[CaseRow] = []
    problems: list[Problem] = []
    numbers: set[str] = set()
    for line, cells in lines:
        if not any(cells.values()):
            continue
        problems += _problems_of(line, cells, labels)
        number = cells["case"]
        if number and number in numbers:
            text = N_("Line %(line)s: the case %(case)s stands in the file before.")
            problems.append((text, {"line": line, "case": number}))
        numbers.add(number)
        rows.append(
            CaseRow(
                line,
                number,
                identifier(cells["participant"]),
                cells["term"],
                plain(cells["onset"]).replace(" ", "T"),
                cells.get("pt", ""),
                _code("outcome", cells, labels) or "",
                _code("causality", cells, labels) or "",
            )
        )
    return rows, problems


def _problems_of(
    line: int, cells: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]
) -> Iterator[Problem]:
    for name in NEEDED:
        if not cells[name]:
            text = N_("Line %(line)s: %(column)s is empty.")
            yield text, {"line": line, "column": name}
    for name, longest in LONGEST.items():
        if len(cells.get(name, "")) > longest:
            text = N_("Line %(line)s: %(column)s is longer than %(count)s characters.")
            yield text, {"line": line, "column": name, "count": longest}
    onset = plain(cells["onset"]).replace(" ", "T")
    try:
        if onset:
            Partial(onset)
    except ValueError:
        text = N_("Line %(line)s: the onset “%(text)s” is no date such as 2026-03-08.")
        yield text, {"line": line, "text": cells["onset"][:MAX_SHOWN]}
    for name in CODELISTS:
        if cells.get(name) and _code(name, cells, labels) is None:
            text = N_("Line %(line)s: “%(text)s” is no answer of %(column)s.")
            details = {"line": line, "text": cells[name][:MAX_SHOWN], "column": name}
            yield text, details


def _code(
    name: str, cells: Mapping[str, str], labels: Mapping[str, Mapping[str, str]]
) -> str | None:
    return labels[name].get(comparison_key(cells.get(name, "")))
