"""Copies of what the forms say, by which lists are selected, sorted and counted.

A copy is written in the transaction that changes the forms. It is no record: it can be
made anew at any time. The trial lists its copies in one module, which `settings.COPIES`
names.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from importlib import import_module

from django.conf import settings
from django.db.models import Model

from record.casebook.models import Participant

AT_ONCE = 500  # participants


@dataclass(frozen=True)
class Copy:
    """A table with rows of participants; both functions take the keys of some."""

    model: type[Model]
    store: Callable[[Collection[int]], None]
    differences: Callable[[Collection[int]], Iterator[str]]


def copies() -> tuple[Copy, ...]:
    return tuple(import_module(settings.COPIES).COPIES)


def differences() -> Iterator[str]:
    """Name what is stored otherwise than the forms say, of all participants."""
    for people in _batches(_everybody()):
        for copy in copies():
            for difference in copy.differences(people):
                yield f"{copy.model.__name__} {difference}"


def store_all() -> None:
    for people in _batches(_everybody()):
        for copy in copies():
            copy.store(people)


def store_missing() -> None:
    """For participants of before there was a copy."""
    for copy in copies():
        there = copy.model._default_manager.values("participant")
        missing = Participant.objects.exclude(pk__in=there)
        for people in _batches(list(missing.values_list("pk", flat=True))):
            copy.store(people)


def _everybody() -> list[int]:
    return list(Participant.objects.values_list("pk", flat=True))


def _batches(people: list[int]) -> Iterator[list[int]]:
    return (people[n : n + AT_ONCE] for n in range(0, len(people), AT_ONCE))
