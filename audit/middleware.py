"""Gives each request an id and remembers its address for the audit trail."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from audit.attribution import Trace, current_trace


class TraceMiddleware:
    """Holds the trace of a request while it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Remember the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under its own trace."""
        trace = Trace(uuid.uuid4().hex, request.META.get("REMOTE_ADDR", ""))
        token = current_trace.set(trace)
        try:
            response = self.get_response(request)
        finally:
            current_trace.reset(token)
        response["X-Request-ID"] = trace.request_id
        return response
