"""Says how 24:00 was read, wherever it was typed."""

from collections.abc import Callable, Iterable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from record.casebook.typed import midnights


class MidnightMiddleware:
    """Runs around the view: an answer that leads on tells what it stored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            posted = (
                str(text) for _name, texts in request.POST.lists() for text in texts
            )
            tell_midnights(request, posted)
        return response


def tell_midnights(request: HttpRequest, texts: Iterable[str]) -> None:
    for entered, instant in midnights(texts).items():
        message = _("“%(entered)s” is %(instant)s: 24:00 is 00:00 of the next day.")
        details = {"entered": entered, "instant": instant}
        messages.info(request, message % details)
