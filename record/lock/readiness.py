"""What should be done before the database is locked, as the rooms check it.

`settings.LOCK_CHECKS` names the module that lists the checks: the floor of the record
knows no room of the trial. Each check names its open lines, and its number is that of
the lines. The two who lock are blinded and see no identity, so a check of restricted or
identity forms says at most that something is open.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from django.conf import settings
from django.utils.translation import gettext

from trial_edc.requirements import implements


@dataclass(frozen=True)
class OpenLine:
    """One thing that is open: whose, what, its page, and words for the reader.

    `what` is stored, so it is the same in each language.
    """

    number: str
    what: str
    address: str = ""
    words: str = ""

    @property
    def stored(self) -> list[str]:
        return [self.number, self.what]


@dataclass(frozen=True)
class ReadinessCheck:
    """What must be so, and what is open; a `strict` one has no exception."""

    name: str
    label: str
    read: Callable[[], Iterable[OpenLine]]
    strict: bool = False

    @property
    def title(self) -> str:
        return gettext(self.label)


@dataclass(frozen=True)
class CheckResult:
    """A check with the lines that are open now."""

    check: ReadinessCheck
    lines: list[OpenLine]

    @property
    def count(self) -> int:
        return len(self.lines)


@dataclass(frozen=True)
class Readiness:
    """The results of all checks at one instant."""

    results: list[CheckResult]

    @cached_property
    def stored(self) -> list[dict[str, Any]]:
        """As it is kept with the lock."""
        return [
            {
                "name": result.check.name,
                "lines": [line.stored for line in result.lines],
            }
            for result in self.results
        ]

    @cached_property
    def digest(self) -> str:
        """By it a page says which report it showed."""
        text = json.dumps(self.stored, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def unready(self) -> list[CheckResult]:
        return [result for result in self.results if result.lines]


def checks() -> tuple[ReadinessCheck, ...]:
    listed: tuple[ReadinessCheck, ...] = import_module(settings.LOCK_CHECKS).LOCK_CHECKS
    return listed


@implements("LCK-02")
def readiness() -> Readiness:
    """A constant number of selects, however many participants there are."""
    return Readiness([CheckResult(check, list(check.read())) for check in checks()])
