"""The one source of random codes and tokens; a demo may seed it."""

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

_seeded: ContextVar[random.Random | None] = ContextVar("seeded", default=None)


def source() -> random.Random:
    return _seeded.get() or secrets.SystemRandom()


@contextmanager
def seeded(seed: int | str) -> Iterator[None]:
    """Draw from a seeded generator inside the block; refused outside a demo."""
    if not settings.DEMO:
        message = "Chance is seeded only in a demo."
        raise RuntimeError(message)
    token = _seeded.set(random.Random(seed))  # noqa: S311 - reproducible demo data
    try:
        yield
    finally:
        _seeded.reset(token)


def token(characters: int = 32) -> str:
    return f"{source().getrandbits(4 * characters):0{characters}x}"
