"""Reasons of the record as they are read."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from record.capture.vocabulary import REASON_WORDS


def reason_words(stored: Mapping[str, str] | None) -> str:
    """The words of its code, and those of the person; "" without a reason."""
    if stored is None:
        return ""
    code = stored.get("code", "")
    label = _(REASON_WORDS[code]) if code in REASON_WORDS else code
    return " — ".join(filter(None, (label, stored.get("text", ""))))
