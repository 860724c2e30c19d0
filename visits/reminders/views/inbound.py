"""Where the gateway hands on what participants answer; docs/operations.md tells how."""

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
    """Take in one text message; the answer tells nothing about the number."""
    if not _is_gateway(request):
        return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    if _is_too_fast():
        return HttpResponse(status=HTTPStatus.TOO_MANY_REQUESTS)
    try:
        told = json.loads(request.body)
        number, text = told["from"], told["text"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if not (isinstance(number, str) and isinstance(text, str)):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    answers.take_in(number, text)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _is_gateway(request: HttpRequest) -> bool:
    """Compare the shared secret in constant time; without one nobody is let in."""
    secret = settings.SMS_INBOUND_SECRET
    told = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(secret) and hmac.compare_digest(told.encode(), secret.encode())


def _is_too_fast() -> bool:
    key = f"inbound-{clock.now():%Y%m%d%H%M}"
    cache.add(key, 0, timeout=120)
    count: int = cache.incr(key)
    return count > MOST_A_MINUTE
