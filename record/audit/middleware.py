"""What each request meets before its page: a trace, and what the record refuses."""

import uuid
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from structlog.contextvars import bound_contextvars
from structlog.stdlib import get_logger

from record.audit import once
from record.audit.attribution import RequestTrace, current_trace
from record.audit.closure import database_lock_text
from record.audit.problems import FileDamaged, RecordClosed
from trial_edc.logs import one_line

CONFLICT, GONE, TOO_LARGE = 409, 410, 413
MAX_BYTES = 12_000_000  # a file of a form has 10 MB at most
NUL = "\0"
UTF_8 = frozenset({"utf-8", "utf8"})
FORM_TYPES = frozenset({"multipart/form-data", "application/x-www-form-urlencoded"})
logger = get_logger(__name__)


class TraceMiddleware:
    """Holds the trace of a request while it is answered, and writes its log line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace = RequestTrace(uuid.uuid4().hex, client_address(request))
        token = current_trace.set(trace)
        try:
            with (
                bound_contextvars(request_id=trace.request_id),
                one_line("request", method=request.method) as line,
            ):
                response = self.get_response(request)
                line.update(_page(request), status=response.status_code)
        finally:
            current_trace.reset(token)
        response["X-Request-ID"] = trace.request_id
        return response


def _page(request: HttpRequest) -> dict[str, object]:
    """Name the page and the rows by their keys; a path may hold more than that."""
    match = request.resolver_match
    if match is None:
        return {"view": ""}
    keys = {name: key for name, key in match.kwargs.items() if isinstance(key, int)}
    return {"view": match.view_name, **keys}


def client_address(request: HttpRequest) -> str:
    """Empty where the proxy names none.

    In production one proxy stands before the web process and appends the address that
    it saw; what stands before the last comma anybody may have written.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.TLS and (forwarded_for := request.headers.get("X-Forwarded-For")):
        address = forwarded_for.rpartition(",")[2].strip()
    try:
        return str(ip_address(address))
    except ValueError:
        return ""


class RefusalMiddleware:
    """Answers what no page can: what cannot be stored or opened, what is locked.

    PostgreSQL holds no NUL, and what is no UTF-8 would be stored as another text. A
    write that the page had not refused itself meets the lock of a form or of the
    database here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        size = request.META.get("CONTENT_LENGTH") or "0"
        if not size.isdecimal() or int(size) > MAX_BYTES:
            return HttpResponse(render_to_string("400.html"), status=TOO_LARGE)
        _require_utf8_declared(request)
        typed = request.GET, request.POST
        if NUL in request.path_info or any(map(_holds_nul, typed)):
            message = "A text holds a NUL."
            raise BadRequest(message)
        if not _is_utf8(request):
            message = "A text is not in UTF-8."
            raise BadRequest(message)
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, FileDamaged):
            logger.error("stored file missing or damaged", key=str(exception))
            return render(request, "file_damaged.html", status=GONE)
        if isinstance(exception, RecordClosed):
            context = {"lock": database_lock_text()}
            return render(request, "409.html", context, status=CONFLICT)
        return None


class OnceMiddleware:
    """Knows the act of a request by its key, and answers one that happened before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = once.current_key.set(once.key_of(request))
        try:
            return self.get_response(request)
        finally:
            once.current_key.reset(token)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if not isinstance(exception, once.DoneAlready):
            return None
        messages.info(request, _("That was done already; nothing changed."))
        return redirect(_page_before(request))


def _page_before(request: HttpRequest) -> str:
    """The page that offered the act; a part of a page is asked for again itself."""
    address = request.path if request.headers.get("HX-Request") else ""
    address = address or request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()})
    return address if is_ours else "/"


def _require_utf8_declared(request: HttpRequest) -> None:
    """A form in another encoding would be stored as other words than were typed.

    A file that is posted whole may have one: it is not that of the address.
    """
    charset = (request.content_params or {}).get("charset", "")
    if not charset or charset.lower() in UTF_8:
        return
    request.encoding = settings.DEFAULT_CHARSET  # also of the page that says so
    if request.content_type in FORM_TYPES:
        message = "A form is sent in UTF-8."
        raise BadRequest(message)


def _is_utf8(request: HttpRequest) -> bool:
    """Django reads bytes that are no UTF-8 as U+FFFD; in parts of files, too."""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    query = request.META.get("QUERY_STRING", "").encode("latin-1")  # as WSGI has it
    texts = query, request.body if is_form else b""
    try:
        for text in texts:
            unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        return False
    return True


def _holds_nul(typed: QueryDict) -> bool:
    return any(NUL in text for name, texts in typed.lists() for text in (name, *texts))
