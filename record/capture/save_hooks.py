"""Consequences: what follows from a form or from a named event.

They run in the transaction of the save, in the order of the rooms and of the files,
so a reader finds all of them by the word `follows`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from record.audit.attribution import Actor, Reason, Via
from record.capture import events
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import binder_of
from record.casebook.sheets import Binder, Sheet


@dataclass(frozen=True)
class Saved:
    """A save that was just stored, in its transaction still."""

    form: FormInstance
    before: Sheet
    sheet: Sheet
    changed: frozenset[str]
    by: Actor
    via: Via
    reasons: Mapping[str, Reason] = field(default_factory=dict)  # given, by item

    @property
    def participant(self) -> Participant:
        """Return the participant, locked by the save."""
        return self.form.participant

    @cached_property
    def binder(self) -> Binder:
        """Return the participant's binder as it is now."""
        return binder_of(self.participant)


Consequence = Callable[[Saved], None]
EventConsequence = Callable[[Any, Actor, Via], None]
_of_forms: list[tuple[str, frozenset[str], Consequence]] = []
_of_events: list[tuple[type, EventConsequence]] = []


def follows(what: str | type, *items: str) -> Callable[[Any], Any]:
    """Declare what follows from a form (by code and items) or from an event.

    Of a form: `(saved) -> None`, called when one of the items changed (none named
    means any). Of an event: `(event, by, via) -> None`.
    """

    def declare(consequence: Any) -> Any:
        if isinstance(what, str):
            _of_forms.append((what, frozenset(items), consequence))
        else:
            _of_events.append((what, consequence))
        return consequence

    return declare


def run_consequences(saved: Saved) -> None:
    """Call what follows from a save."""
    for code, items, consequence in _of_forms:
        if code == saved.form.code and (not items or items & saved.changed):
            consequence(saved)


def announce(event: object, *, by: Actor, via: Via) -> None:
    """Call what follows from an event, in the transaction of the caller."""
    for kind, consequence in _of_events:
        if isinstance(event, kind):
            consequence(event, by, via)


__all__ = ["Saved", "announce", "events", "follows", "run_consequences"]
