"""Says how 24:00 was read, wherever it was typed."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from record.casebook.typed import midnights


def tell_midnights(request: HttpRequest, texts: Iterable[str]) -> None:
    for entered, instant in midnights(texts).items():
        message = _("“%(entered)s” is %(instant)s: 24:00 is 00:00 of the next day.")
        details = {"entered": entered, "instant": instant}
        messages.info(request, message % details)
