"""Texts stored as message and parameters, and written out for whoever reads them.

A text stored in words would stay in the language of the person whose click stored it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, override

from trial_edc.vocabulary import Word

WORDS = (Promise, Word, tuple)
Stored = Mapping[str, Any]  # what a JSON column holds


@dataclass(frozen=True)
class Wording:
    """A message marked for translation, and what stands in its places.

    Words that are marked too are a `Word`, a lazy text, or a tuple of these.
    """

    message: str
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def stored(self) -> dict[str, Any]:
        """Words that are marked for translation too are stored as in the source."""
        with override("en"):
            details = {name: _plain(value) for name, value in self.details.items()}
            message = str(self.message)
        words = [n for n, value in self.details.items() if isinstance(value, WORDS)]
        return {"message": message, "details": details, "words": words}

    @property
    def text(self) -> str:
        """As its reader reads it now."""
        return written_out(self.stored)

    @property
    def in_source_language(self) -> str:
        with override("en"):
            return written_out(self.stored)


def _plain(value: object) -> str | list[str]:
    return [str(word) for word in value] if isinstance(value, tuple) else str(value)


def written_out(stored: Stored) -> str:
    message = gettext(stored["message"])
    words = stored.get("words", ())
    details = {
        name: _translated(value) if name in words else value
        for name, value in stored["details"].items()
    }
    return message % details if details else message


def _translated(words: str | list[str]) -> str:
    return ", ".join(map(gettext, [words] if isinstance(words, str) else words))
