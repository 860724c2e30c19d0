"""Marks that link code to the requirements of `docs/protocol/requirements.toml`.

The marks cost nothing at run time: `python -m tools.traceability` reads them from the
source text and writes `docs/traceability.md`.
"""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T", bound=Callable[..., Any])


def implements(*requirement_ids: str) -> Callable[[T], T]:
    if not requirement_ids:
        message = "implements() needs at least one requirement id"
        raise ValueError(message)

    def unchanged(thing: T) -> T:
        return thing

    return unchanged
