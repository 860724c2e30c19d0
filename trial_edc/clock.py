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


class ClockFixed(Exception):
    """The clock cannot be moved in a database that is not marked as demo."""


@implements("TIM-02")
def now() -> datetime:
    """Aware, in UTC."""
    return _moved_to.get() or timezone.now() + _shift


def today() -> date:
    return site_date(now())


def moved_to() -> datetime | None:
    """None while the clock runs freely."""
    return _moved_to.get() or (now() if _shift else None)


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
