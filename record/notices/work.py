"""One thing to do, as My work and the morning's mail list it."""

from dataclasses import dataclass
from datetime import date

OVERDUE, DUE, SOON, WAITING = range(4)


@dataclass(frozen=True)
class WorkItem:
    """One thing to do; the address lands on the very field."""

    urgency: int
    kind: str
    participant: str
    text: str
    url: str
    look: str  # the status that draws it
    due_on: date | None = None
    is_typed: bool = False  # the text is somebody's words, which no e-mail carries

    @property
    def is_late(self) -> bool:
        """Tell whether being past its date means overdue."""
        return self.urgency == OVERDUE
