"""Validation of an uploaded allocation list; every faulty line is reported."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from randomization.lists.rules.lists import HEADER, ListRow
from trial_edc.requirements import implements
from trial_edc.typed_text import described
from trial_edc.vocabulary import N_

COLUMNS = len(HEADER.split(","))
WHOLE_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong; `line` counts from 1 as an editor does, 0 is the whole file."""

    line: int
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message % self.details


@dataclass(frozen=True, slots=True)
class ListValidation:
    """The rows that could be read, and all faults."""

    rows: tuple[ListRow, ...]
    faults: tuple[Fault, ...]


@implements("RAN-02")
def validate_list(text: str, *, arms: Sequence[str], size: int) -> ListValidation:
    """Check a list as a generated one is: numbering, arms, blocks, balance, length.

    Line ends may be of any system; a byte order mark is passed over.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.removesuffix("\n").split("\n")
    faults = []
    if lines[0].strip() != HEADER:
        faults.append(Fault(1, N_("The first line must be: %(header)s"), _HEADER))
    rows: dict[int, ListRow] = {}  # by line
    for number, line in enumerate(lines[1:], 2):
        result = _row(number, line, arms)
        if isinstance(result, ListRow):
            rows[number] = result
        else:
            faults.append(result)
    unreadable = {fault.line for fault in faults} - {1}
    faults += _numbering(rows)
    faults += _blocks(rows, arms, unreadable)
    if not faults:  # so each block, and with it the list, holds each arm equally often
        faults += _length(rows, size)
    faults.sort(key=lambda fault: fault.line)
    return ListValidation(tuple(rows.values()), tuple(faults))


_HEADER = {"header": HEADER}


def _row(number: int, line: str, arms: Sequence[str]) -> ListRow | Fault:
    if not line.strip():
        return Fault(number, N_("The line is empty."))
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != COLUMNS:
        details = {"actual": len(cells), "required": COLUMNS}
        return Fault(
            number, N_("%(required)s values are needed, not %(actual)s."), details
        )
    *numbers, arm = cells
    if not all(WHOLE_NUMBER.fullmatch(cell) for cell in numbers):
        return Fault(number, N_("seq, block and block_size must be whole numbers."))
    if arm not in arms:
        return Fault(
            number, N_("“%(arm)s” is no arm of this trial."), {"arm": described(arm)}
        )
    seq, block, block_size = map(int, numbers)
    return ListRow(seq, block, block_size, arm)


def _numbering(rows: Mapping[int, ListRow]) -> Iterator[Fault]:
    first: dict[int, int] = {}
    for line, row in rows.items():
        details = {"seq": row.seq, "line": first.get(row.seq), "required": line - 1}
        if row.seq in first:
            message = N_("seq %(seq)s stands in line %(line)s already.")
            yield Fault(line, message, details)
        elif row.seq != line - 1:
            message = N_("seq must be %(required)s here, not %(seq)s.")
            yield Fault(line, message, details)
        first.setdefault(row.seq, line)


def _blocks(
    rows: Mapping[int, ListRow], arms: Sequence[str], unreadable: Collection[int]
) -> Iterator[Fault]:
    """A block beside an unreadable line may lack that row, so it is not judged."""
    expected = 1
    for number, items in groupby(rows.items(), key=lambda item: item[1].block):
        block = dict(items)
        line, details = min(block), {"block": number, "required": expected}
        is_whole = not any(
            neighbour in unreadable for neighbour in range(line - 1, max(block) + 2)
        )
        if number != expected and is_whole:
            message = N_("Block %(required)s must follow here, not block %(block)s.")
            yield Fault(line, message, details)
        expected = number + 1
        if is_whole and any(row.block_size != len(block) for row in block.values()):
            message = N_("Block %(block)s has another number of rows than it declares.")
            yield Fault(line, message, details)
        if is_whole and not _is_balanced(block, arms):
            message = N_("Block %(block)s does not hold each arm equally often.")
            yield Fault(line, message, details)


def _is_balanced(rows: Mapping[int, ListRow], arms: Sequence[str]) -> bool:
    counts = Counter(row.arm for row in rows.values())
    return len({counts[arm] for arm in arms}) == 1


def _length(rows: Mapping[int, ListRow], size: int) -> Iterator[Fault]:
    if len(rows) != size:
        details = {"size": size, "actual": len(rows)}
        yield Fault(0, N_("The list must have %(size)s rows, not %(actual)s."), details)
