"""The address to which the gateway sends answers; see docs/operations.md."""

import hmac
import json
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from record.audit.attribution import Source
from record.audit.floods import TooManyTries, refuse_stranger, tries_of
from visits.reminders.services import answers

MOST_BYTES = 8_000  # the longest text of a telephone, and room for its envelope
MOST_A_MINUTE = 300  # on an average of the window; the gateway tries again


@csrf_exempt
@login_not_required
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """Receive one text message; the response says nothing about the number."""
    if not _is_gateway(request):
        return _refusal()
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    most = MOST_A_MINUTE * settings.TRIES_WINDOW_MINUTES
    if tries_of("answer_taken", "gateway") > most:
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    try:
        payload = json.loads(request.body)
        number, text = payload["from"], payload["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if not (isinstance(number, str) and isinstance(text, str)):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    answers.handle_answer(number, text)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _is_gateway(request: HttpRequest) -> bool:
    """Compare the shared secret in constant time; without one refuse everybody."""
    secret = settings.SMS_INBOUND_SECRET
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(secret) and hmac.compare_digest(token.encode(), secret.encode())


def _refusal() -> HttpResponse:
    try:
        refuse_stranger("answer_refused", {}, by=answers.INBOUND, via=Source.API)
    except TooManyTries as problem:
        later = {"Retry-After": str(problem.seconds)}
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS, headers=later)
    return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
