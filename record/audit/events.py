"""What follows from a named event of any room, in the transaction of the event.

The trial lists it in one module, which `settings.CONSEQUENCES` names: by event, in the
order in which it happens.
"""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings

from record.audit.attribution import Actor, Source

EventHook = Callable[[Any, Actor, Source], None]


@cache
def event_hooks() -> Mapping[type, tuple[EventHook, ...]]:
    """Read once, when every room is there."""
    return dict(import_module(settings.CONSEQUENCES).ON_EVENT)


def announce(event: object, *, by: Actor, via: Source) -> None:
    for run in event_hooks().get(type(event), ()):
        run(event, by, via)
