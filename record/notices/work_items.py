"""Work items: what a person has to do, for My work and the morning's mail.

A face that My work may not import declares its items in its module `work`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from record.accounts.models import User
from record.accounts.roles import Permission

OVERDUE, DUE, SOON, WAITING = range(4)


@dataclass(frozen=True)
class WorkItem:
    """One thing to do; the address lands on the very field."""

    urgency: int
    kind: str
    participant: str
    text: str
    url: str
    look: str  # the code of the status that is shown
    due_on: date | None = None
    is_typed: bool = False  # the text is somebody's words, which no e-mail carries

    @property
    def is_late(self) -> bool:
        return self.urgency == OVERDUE


WorkSource = Callable[[User], Iterator[WorkItem]]
WORK_SOURCES: list[tuple[tuple[Permission, ...], WorkSource]] = []


def work_of(*permissions: Permission) -> Callable[[WorkSource], WorkSource]:
    def declare(source: WorkSource) -> WorkSource:
        WORK_SOURCES.append((permissions, source))
        return source

    return declare
