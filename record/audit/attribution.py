"""Who writes, how and why: the database knows it for the length of a transaction."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.db import DatabaseError, connection, connections, transaction
from psycopg2.extensions import QuotedString

from record.audit.problems import RecordClosed
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import written

CLOSED = "AU002"  # the SQLSTATE of the trigger's refusal, see sql/record_1.sql


class Source(StrEnum):
    """The way by which a write came in."""

    PAGE = "page"
    IMPORT = "import"
    API = "api"
    TASK = "task"
    COMMAND = "command"


class Actor(Protocol):
    """A user account, or a named process of the system."""

    @property
    def pk(self) -> Any: ...  # None for a process

    @property
    def username(self) -> str: ...

    @property
    def role(self) -> str: ...  # the code


@dataclass(frozen=True)
class Process:
    """A part of the system that writes by itself, such as a periodic task."""

    name: str
    pk: None = None
    role: str = "SYS"

    @property
    def username(self) -> str:
        return f"process:{self.name}"


@dataclass(frozen=True)
class Reason:
    """Why a value changed: a code of the pick list and words."""

    code: str
    text: str = ""

    def __post_init__(self) -> None:
        """A text in which nothing can be seen is none."""
        object.__setattr__(self, "text", written(self.text))


@dataclass(frozen=True)
class RequestTrace:
    """Where a request came from."""

    request_id: str = ""
    address: str = ""


current_trace: ContextVar[RequestTrace] = ContextVar("trace", default=RequestTrace())  # noqa: B039
Reasons = Mapping[int, Mapping[str, Reason]]  # by form instance, then item


@dataclass(frozen=True)
class Attribution:
    """Who makes the writes of a transaction, and why."""

    by: Actor
    via: Source
    reasons: Reasons = field(default_factory=dict)
    reason: Reason | None = None
    trace: RequestTrace = field(default_factory=current_trace.get)
    demo_at: datetime | None = field(default_factory=clock.moved_to)

    def as_json(self) -> str:
        context: dict[str, Any] = {
            "actor_id": self.by.pk,
            "actor": self.by.username,
            "role": self.by.role,
            "via": self.via,
            "request_id": self.trace.request_id,
            "address": self.trace.address or None,
        }
        if self.demo_at:
            context["demo_at"] = self.demo_at.isoformat()
        if self.reason:
            context["reason"] = vars(self.reason)
        if self.reasons:
            context["reasons"] = {
                str(form_id): {item: vars(why) for item, why in items.items()}
                for form_id, items in self.reasons.items()
            }
        return _encode(context)


_encode = json.JSONEncoder(default=str).encode
_current: ContextVar[Attribution | None] = ContextVar("attribution", default=None)
Last = Callable[[int], object]  # takes the key of a row
_last: ContextVar[dict[tuple[Last, int], None]] = ContextVar("last")


def at_end(run: Last, key: int) -> None:
    """Run it as the last of the transaction, once for a key however often it is asked.

    Raises `LookupError` where nothing is attributed.
    """
    _last.get()[run, key] = None


@contextmanager
def _ends() -> Iterator[None]:
    """What is undone anyway is not run."""
    waiting: dict[tuple[Last, int], None] = {}
    token = _last.set(waiting)
    try:
        yield
        if not connection.needs_rollback:
            for run, key in waiting:
                run(key)
    finally:
        _last.reset(token)


@implements("AUD-02")
@contextmanager
def attributed(
    *,
    by: Actor,
    via: Source,
    reasons: Reasons | None = None,
    reason: Reason | None = None,
) -> Iterator[None]:
    """Open a transaction whose writes are this actor's; may be nested.

    The outer attribution is in force again after an inner one ends, also in the
    database, so that no later write passes under the wrong name. A write that a lock
    or a freeze refuses raises `RecordClosed`.
    """
    outer = _current.get() if connection.in_atomic_block else None
    inner = Attribution(by, via, reasons or {}, reason)
    if outer and not inner.reasons and not inner.reason and outer.by == by:
        inner = replace(inner, reasons=outer.reasons, reason=outer.reason)
    with (
        transaction.atomic(),
        nullcontext() if outer else connection.execute_wrapper(_ContextSetter(inner)),
    ):
        nested = len(connection.savepoint_ids) > 0
        if outer and inner != outer:
            _set_context(inner.as_json())
        token = _current.set(inner)
        try:
            with nullcontext() if outer else _ends():
                yield
        except DatabaseError as problem:
            refusal: Any = problem.__cause__
            if getattr(refusal, "pgcode", "") == CLOSED:
                raise RecordClosed(refusal.diag.message_primary) from problem
            raise
        finally:
            _current.reset(token)
        # A setting made inside a savepoint is undone with it.
        if nested and inner != outer and not connection.needs_rollback:
            _set_context(outer.as_json() if outer else "")


SET_CONTEXT = "SET LOCAL audit.context = "


def _set_context(context: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET_CONTEXT + "%s", [context])


class _ContextSetter:
    """Sets the context in the same round trip as the first statement of a block.

    A statement that does not pass here (COPY on the driver's own cursor) finds no
    context in the database, and is refused.
    """

    def __init__(self, attribution: Attribution) -> None:
        self.pending: Attribution | None = attribution

    def __call__(  # noqa: PLR0917 - as Django calls it
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - the same
        context: dict[str, Any],
    ) -> Any:
        attribution, self.pending = self.pending, None
        if attribution is None:
            return execute(sql, params, many, context)
        audit_context = attribution.as_json()
        if many or context["cursor"].name:  # several statements, or a cursor's own
            _set_context(audit_context)
            return execute(sql, params, many, context)
        prefix = SET_CONTEXT + QuotedString(audit_context).getquoted().decode()
        if params is not None:
            prefix = prefix.replace("%", "%%")
        return execute(f"{prefix}; {sql}", params, many, context)


def act(
    name: str,
    *,
    participant_id: int | None = None,
    form_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record what changes no row: a sign-in, an export, a view."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_act(%s, %s, %s, %s)",
            [name, participant_id, form_id, json.dumps(details or {}, default=str)],
        )


@dataclass(frozen=True)
class FormAct:
    """An act about a form; about one that is not stored yet it names nobody's row."""

    participant_id: int
    form_id: int | None
    details: Mapping[str, Any]


def act_on_forms(name: str, acts: Sequence[FormAct]) -> None:
    """Record an act of each of these forms, in one statement."""
    if not acts:
        return
    rows = ", ".join(["(%s::bigint, %s::bigint, %s::jsonb)"] * len(acts))
    parameters: list[Any] = [name]
    for one in acts:
        details = json.dumps(one.details, default=str)
        parameters += [one.participant_id, one.form_id, details]
    statement = (
        "SELECT audit_act(%s, participant, form, details) "  # noqa: S608 - placeholders
        f"FROM (VALUES {rows}) AS acts (participant, form, details)"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def act_beside(
    name: str, details: Mapping[str, Any], *, attribution: Attribution, database: str
) -> None:
    """Record an act in a transaction of another role than that of the web server."""
    with connections[database].cursor() as cursor:
        cursor.execute(SET_CONTEXT + "%s", [attribution.as_json()])
        cursor.execute(
            "SELECT audit_act(%s, NULL, NULL, %s)", [name, json.dumps(details)]
        )
