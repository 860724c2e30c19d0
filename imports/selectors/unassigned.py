"""The lines of a file that belong to nobody, by the reason."""

from collections import defaultdict
from dataclasses import dataclass

from imports.models import ImportedFile
from imports.selectors.report import finding_text

SHOWN_LINES = 12


@dataclass(frozen=True)
class UnassignedLines:
    """The lines of a file that nobody of the trial is found for, for one reason."""

    why: str
    lines: tuple[int, ...]

    @property
    def first_lines(self) -> str:
        numbers = ", ".join(map(str, self.lines[:SHOWN_LINES]))
        return f"{numbers} …" if len(self.lines) > SHOWN_LINES else numbers


def unassigned_lines(file: ImportedFile) -> list[UnassignedLines]:
    """The commonest reason first; no select where nothing is refused."""
    if not file.refused:
        return []
    by_reason: dict[str, list[int]] = defaultdict(list)
    rows = file.lines.filter(participant=None).order_by("line")
    for line, findings in rows.values_list("line", "findings"):
        by_reason[" ".join(map(finding_text, findings))].append(line)
    groups = [UnassignedLines(why, tuple(lines)) for why, lines in by_reason.items()]
    return sorted(groups, key=lambda group: -len(group.lines))


def needs_reading(file: ImportedFile) -> bool:
    """Other lines are about to be stored, and a line of nobody may belong to them."""
    may_hold_one = bool(file.new + file.changed) and bool(file.refused)
    return may_hold_one and file.lines.filter(participant=None).exists()
