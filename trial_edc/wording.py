"""Texts stored as message and parameters, and written out for whoever reads them.

A text stored in words would stay in the language of the person whose click stored it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override

Stored = Mapping[str, Any]  # what a JSON column holds


@dataclass(frozen=True)
class Wording:
    """A message marked for translation, and what stands in its places."""

    message: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, Any]:
        """Words that are marked for translation too are stored as in the source."""
        with override("en"):
            details = {name: str(value) for name, value in self.details.items()}
            message = str(self.message)
        words = [n for n, value in self.details.items() if isinstance(value, Promise)]
        return {"message": message, "details": details, "words": words}

    @property
    def in_source_language(self) -> str:
        with override("en"):
            return written_out(self.stored)


def written_out(stored: Stored) -> str:
    message = gettext(stored["message"])
    words = stored.get("words", ())
    details = {
        name: gettext(value) if name in words else value
        for name, value in stored["details"].items()
    }
    return message % details if details else message
