"""Copies of what the forms say, by which lists are selected, sorted and counted.

A copy is written in the transaction that changes the forms. It is no record: it can be
made anew at any time. The trial lists its copies in one module, which `settings.COPIES`
names.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db.models import Model

from record.casebook.models import Participant

Row = dict[str, Any]  # the columns of a copy
Key = tuple[Any, ...]
AT_ONCE = 500  # participants


@dataclass(frozen=True)
class Copy:
    """A table with rows of participants, each known by the columns of `key`.

    `derive` says what is to be stored of participants, given by their keys.
    """

    model: type[Model]
    key: tuple[str, ...]
    derive: Callable[[Collection[int]], Iterable[Row]]

    def store_one(self, participant_id: int) -> None:
        self.store([participant_id])

    def store(self, people: Collection[int]) -> None:
        """Write what differs, in one statement."""
        stored, derived = self._stored(people), self._derived(people)
        rows = [row for key, row in derived.items() if _changes(stored.get(key), row)]
        if rows:
            self.model._default_manager.bulk_create(
                [self.model(**row) for row in rows],
                update_conflicts=True,
                unique_fields=self.key,
                update_fields=[name for name in rows[0] if name not in self.key],
            )
        if gone := [row.pk for key, row in stored.items() if key not in derived]:
            self.model._default_manager.filter(pk__in=gone).delete()

    def differences(self, people: Collection[int]) -> Iterator[str]:
        """Name each column that is stored otherwise than the forms say."""
        stored, derived = self._stored(people), self._derived(people)
        for key in sorted({*stored, *derived}):
            if key not in derived:
                yield f"{key}: not in the forms"
            elif changes := _changes(stored.get(key), derived[key]):
                yield f"{key}: {changes if key in stored else 'not stored'}"

    def _stored(self, people: Collection[int]) -> dict[Key, Model]:
        rows = self.model._default_manager.filter(participant__in=people).order_by()
        return {self._key_of(vars(row)): row for row in rows}

    def _derived(self, people: Collection[int]) -> dict[Key, Row]:
        return {self._key_of(row): row for row in self.derive(people)}

    def _key_of(self, row: Row) -> Key:
        return tuple(row[name] for name in self.key)


def _changes(stored: Model | None, row: Row) -> Row:
    """Stored and derived value of each column in which they differ."""
    was = vars(stored) if stored else {}
    return {n: (was.get(n), v) for n, v in row.items() if not stored or was[n] != v}


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
