"""Why a save stored nothing; each problem carries what a page needs to help."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from record.audit.attribution import Actor, Source
from record.audit.problems import RecordClosed
from record.capture.impact_previews import ImpactPreview
from record.casebook.checks import Finding
from record.casebook.values import Value


class Afterwards(Protocol):
    """A write after a save that was undone."""

    def __call__(self, *, by: Actor, via: Source) -> None: ...


class CheckRunRefused(Exception):
    """A run of the edit checks cannot begin; the message says why and what to do."""


class NotSaved(Exception):
    """Nothing was stored; what was typed is still the caller's."""


class SaveRefused(NotSaved):
    """Values are impossible, or required items are missing.

    `afterwards` is called once the save is undone, with who saved and how: it writes
    what has to be remembered of the refusal.
    """

    def __init__(
        self, findings: Sequence[Finding], *, afterwards: Afterwards | None = None
    ) -> None:
        super().__init__("; ".join(f"{f.item}: {f.message}" for f in findings))
        self.findings, self.afterwards = list(findings), afterwards


class ExplanationNeeded(NotSaved):
    """Values are improbable: correct them or say why they stand."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.check_id for finding in findings))
        self.findings = list(findings)


class ReasonNeeded(NotSaved):
    """A form that was complete once is changed: say why, item by item."""

    def __init__(self, items: Sequence[str]) -> None:
        super().__init__(", ".join(items))
        self.items = list(items)


class EraseNeeded(NotSaved):
    """An answer hides items that hold values: they must be erased knowingly."""

    def __init__(self, items: Sequence[str]) -> None:
        super().__init__(", ".join(items))
        self.items = list(items)


class ConfirmationNeeded(NotSaved):
    """The save would move something elsewhere: the person is to know it first."""

    def __init__(self, impact_preview: ImpactPreview) -> None:
        super().__init__(impact_preview.text)
        self.impact_preview = impact_preview


@dataclass(frozen=True)
class Clash:
    """An item that two people changed at once."""

    item: str
    before: Value
    mine: Value
    theirs: Value


class Conflict(NotSaved):
    """Somebody else changed the same items meanwhile."""

    def __init__(
        self, clashes: Sequence[Clash], revision: int, changed: Iterable[str] = ()
    ) -> None:
        super().__init__(", ".join(clash.item for clash in clashes))
        self.clashes = list(clashes)
        self.revision = revision
        self.entered = frozenset((*changed, *(clash.item for clash in clashes)))


class FormClosed(NotSaved, RecordClosed):
    """The form is frozen, locked or struck out."""
