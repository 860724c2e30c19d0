"""What the rooms prove of a restored record besides the trail, its rows and guards.

`settings.RECORD_PROOFS` names the module that lists them: the floor of the record knows
no room of the trial.
"""

from collections.abc import Iterator
from importlib import import_module

from django.conf import settings


def counts() -> dict[str, int]:
    """What is counted before and after, by its name."""
    module = import_module(settings.RECORD_PROOFS)
    return {name: count() for name, count in module.COUNTS.items()}


def problems() -> Iterator[str]:
    """Name what does not fit, each kind the first."""
    for proof in import_module(settings.RECORD_PROOFS).PROOFS:
        problem: str | None = next(iter(proof()), None)
        if problem:
            yield problem
