"""The address to which the gateway sends answers; see docs/operations.md."""

import hmac
import json
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from trial_edc import clock
from visits.reminders.services import answers

MOST_BYTES = 8_000  # the longest text of a telephone, and room for its envelope
MOST_A_MINUTE = 300  # in each web process; the gateway tries again


@csrf_exempt
@login_not_required
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """Receive one text message; the response says nothing about the number."""
    if not _is_gateway(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if _is_too_fast():
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


def _is_too_fast() -> bool:
    key = f"inbound-{clock.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    count: int = cache.incr(key)
    return count > MOST_A_MINUTE
