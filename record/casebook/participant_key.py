"""The participant of a row that may be restricted: then the column has a pseudonym.

In Python `row.participant` is the participant, and a filter on one finds all rows. A
join in SQL finds the participants of open rows alone: `select_related` leaves those of
the others to `prefetch_related`, and where restricted rows count, no order, filter or
subquery goes by a column of the participant.
"""

from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from itertools import count
from typing import Any, TypeVar

from django.db import models
from django.db.models.fields.related_descriptors import ForwardManyToOneDescriptor
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.query_utils import PathInfo
from django.db.models.sql.compiler import SQLCompiler

from record.audit.pseudonyms import participant_behind, pseudonym_of

_JOINS = count(10**9)
Set = TypeVar("Set")
Got = TypeVar("Got")


class _BehindPseudonym(ForwardManyToOneDescriptor):  # type: ignore[type-arg]
    """Reads a participant whom no join has found."""

    def is_cached(self, instance: Any) -> bool:
        return self.field.get_cached_value(instance, default=None) is not None

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        if instance is not None and not self.is_cached(instance):
            with suppress(KeyError):
                self.field.delete_cached_value(instance)
        return super().__get__(instance, cls)


class ParticipantKey(models.ForeignKey[Set, Got]):
    """A row that says `is_restricted` is stored with the pseudonym."""

    forward_related_accessor_class = _BehindPseudonym

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{**options, "db_constraint": False})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["db_constraint"]
        return name, path, args, options

    @property
    def path_infos(self) -> list[PathInfo]:
        """Joined as if it could be null, so that no restricted row is left out.

        Each join is one of its own: a filter on the participant would make one that is
        shared an inner join, and `select_related` or an order would go by it.
        """
        join_field = copy(self)
        join_field.null = True
        join_field.creation_counter = next(_JOINS)  # equal to no other
        return [path._replace(join_field=join_field) for path in self.get_path_info()]

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:  # noqa: FBT001
        key = super().pre_save(model_instance, add)
        is_restricted = getattr(model_instance, "is_restricted", False)
        return pseudonym_of(key) if is_restricted and key else key

    def from_db_value(self, value: int | None, *_arguments: Any) -> int | None:
        return None if value is None else participant_behind(value)


@ParticipantKey.register_lookup
class OfParticipant(RelatedExact):
    """Also the restricted rows of the participant."""

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        if not self.rhs_is_direct_value():
            return super().as_sql(compiler, connection)
        column, parameters = self.process_lhs(compiler, connection)
        keys = [self.rhs, pseudonym_of(self.rhs)]
        return f"{column} IN (%s, %s)", [*parameters, *keys]


@ParticipantKey.register_lookup
class OfParticipants(RelatedIn):
    """Also their restricted rows, where the participants are given one by one."""

    def get_prep_lookup(self) -> Any:
        prepared = super().get_prep_lookup()
        return with_pseudonyms(prepared) if self.rhs_is_direct_value() else prepared


def with_pseudonyms(participant_ids: Iterable[int]) -> list[int]:
    keys = list(participant_ids)
    return keys + list(map(pseudonym_of, keys))
