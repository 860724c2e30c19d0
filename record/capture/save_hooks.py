"""What follows from a saved form or a named event, in the transaction of the save.

The trial lists it in one module, which `settings.CONSEQUENCES` names: by form or event,
in the order in which it happens.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import import_module
from typing import Any

from django.conf import settings

from record.audit.attribution import Actor, Reason, Source
from record.casebook.form_data import Casebook, FormData
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of


@dataclass(frozen=True)
class Saved:
    """A save that was just stored, in its transaction still."""

    form: FormInstance
    before: FormData
    data: FormData
    changed: frozenset[str]
    by: Actor
    via: Source
    reasons: Mapping[str, Reason] = field(default_factory=dict)  # given, by item

    @property
    def participant(self) -> Participant:
        return self.form.participant

    @cached_property
    def casebook(self) -> Casebook:
        return casebook_of(self.participant)


@dataclass(frozen=True)
class SaveHook:
    """What happens when one of the items of a form changes; no items: any of them."""

    items: frozenset[str]
    run: Callable[[Saved], None]


EventHook = Callable[[Any, Actor, Source], None]


@dataclass(frozen=True)
class Hooks:
    """Everything that follows, by form code and by type of event."""

    on_save: dict[str, tuple[SaveHook, ...]]
    on_event: dict[type, tuple[EventHook, ...]]


def on_items(*names_and_run: Any) -> SaveHook:
    """Takes the names of the items and, last, what is to be run."""
    *names, run = names_and_run
    return SaveHook(frozenset(names), run)


@cache
def hooks() -> Hooks:
    """Read once, when every room is there."""
    listed = import_module(settings.CONSEQUENCES)
    return Hooks(dict(listed.ON_SAVE), dict(listed.ON_EVENT))


def run_consequences(saved: Saved) -> None:
    for hook in hooks().on_save.get(saved.form.code, ()):
        if not hook.items or hook.items & saved.changed:
            hook.run(saved)


def announce(event: object, *, by: Actor, via: Source) -> None:
    for run in hooks().on_event.get(type(event), ()):
        run(event, by, via)
