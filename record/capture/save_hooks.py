"""What follows from a saved form, in the transaction of the save.

The trial lists it in one module, which `settings.CONSEQUENCES` names: by form, in the
order in which it happens.
"""

from collections.abc import Callable, Iterable, Mapping
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
    """What happens when one of the items of a form changes; no items: any of them.

    `is_joint`: forms of a participant that are stored together call it once, with all
    their saves; else each save calls it.
    """

    items: frozenset[str]
    run: Callable[[Any], None]
    is_joint: bool = False

    def called_by(self, saves: Iterable[Saved]) -> list[Saved]:
        return [s for s in saves if not self.items or self.items & s.changed]


def on_items(*names_and_run: Any) -> SaveHook:
    """Takes the names of the items and, last, what is to be run with the save."""
    *names, run = names_and_run
    return SaveHook(frozenset(names), run)


def jointly_on_items(*names_and_run: Any) -> SaveHook:
    """As `on_items`; what is to be run takes all saves of the act, of one form code."""
    *names, run = names_and_run
    return SaveHook(frozenset(names), run, is_joint=True)


@cache
def save_hooks() -> dict[str, tuple[SaveHook, ...]]:
    """By form code; read once, when every room is there."""
    return dict(import_module(settings.CONSEQUENCES).ON_SAVE)


def hooks_of(code: str) -> tuple[SaveHook, ...]:
    return save_hooks().get(code, ())
