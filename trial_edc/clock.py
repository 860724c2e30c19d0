"""The one clock of the system; simulation and tests may move it, in a demo only."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from trial_edc.dates import site_date
from trial_edc.requirements import implements

_moved_to: ContextVar[datetime | None] = ContextVar("moved_to", default=None)
_shift = timedelta(0)  # of the whole process, so that a server's threads follow it
_cause_at: ContextVar[datetime | None] = ContextVar("cause_at", default=None)


class ClockFixed(Exception):
    """The clock cannot be moved in a database that is not marked as demo."""


@implements("TIM-02")
def now() -> datetime:
    """Aware, in UTC."""
    return after()


def machine_time() -> datetime:
    """What this machine says, whatever happened before."""
    return _moved_to.get() or timezone.now() + _shift


def after(*causes: datetime | None) -> datetime:
    """When something happens that has causes: never before any of them.

    A machine's clock can be set back; the audit trail keeps its time beside this one.
    """
    known = [cause for cause in (_cause_at.get(), *causes) if cause]
    return max([machine_time(), *known])


@contextmanager
def not_before(*causes: datetime | None) -> Iterator[None]:
    """Within it, it is no earlier than when the causes happened."""
    known = [cause for cause in (_cause_at.get(), *causes) if cause]
    token = _cause_at.set(max(known, default=None))
    try:
        yield
    finally:
        _cause_at.reset(token)


def today() -> date:
    return site_date(now())


def moved_to() -> datetime | None:
    """None while the clock runs freely."""
    return _moved_to.get() or (machine_time() if _shift else None)


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Fix the clock at an instant; refused outside a demo, also by the database."""
    if not settings.DEMO:
        message = "The clock moves only in a demo."
        raise ClockFixed(message)
    token = _moved_to.set(instant)
    try:
        yield
    finally:
        _moved_to.reset(token)


@contextmanager
def shifted(by: timedelta) -> Iterator[None]:
    global _shift  # noqa: PLW0603 - one clock, also for threads begun before
    if not settings.DEMO:
        message = "The clock moves only in a demo."
        raise ClockFixed(message)
    previous, _shift = _shift, _shift + by
    try:
        yield
    finally:
        _shift = previous
