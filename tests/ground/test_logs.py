"""One line an event: with the request's id, and with nothing that anybody typed."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from celery import shared_task
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt
from gunicorn.config import Config

from tests.people import person
from trial_edc import logs, urls
from trial_edc.web_logs import WebLogger

TYPED = "Zhang-Wei-57"
SERVER_ERROR, NOT_FOUND, UNPROCESSABLE = 500, 404, 422


@csrf_exempt
def failing(request: HttpRequest, pk: int) -> HttpResponse:
    typed = request.POST["weight"]
    try:
        float(typed)
    except ValueError as problem:
        message = f"no weight: {typed}"
        raise RuntimeError(message) from problem
    return HttpResponse()


@shared_task(name="tests.failing")
def failing_task(typed: str) -> float:
    return float(typed)


@shared_task(name="tests.working")
def working_task(typed: str) -> str:
    return typed


REFUSALS = {403: PermissionDenied, 404: Http404, 400: BadRequest}


def refusing(_request: HttpRequest, status: int) -> HttpResponse:
    raise REFUSALS[status](TYPED)


urlpatterns = [
    *urls.urlpatterns,
    path("failing/<int:pk>/", failing, name="failing"),
    path("refusing/<int:status>/", refusing, name="refusing"),
]


class Lines:
    """The lines of the log, as production writes them."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(logs.formatter(as_json=True))
        self.handler.addFilter(logs.RequestLineFilter())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def read(self) -> list[dict[str, object]]:
        """Return every line but those of libraries about signing in and out."""
        lines = [json.loads(line) for line in self.text.splitlines()]
        return [line for line in lines if not line["logger"].startswith("axes")]


@pytest.fixture
def lines() -> Iterator[Lines]:
    found, root = Lines(), logging.getLogger()
    root.addHandler(found.handler)
    yield found
    root.removeHandler(found.handler)


def browser(role: str = "CO") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person(role))
    return client


def fields_of(line: dict[str, object], *names: str) -> tuple[object, ...]:
    return tuple(line.get(name) for name in names)


@pytest.mark.django_db
def test_a_request_is_one_line(lines):
    answer = browser().get(f"{reverse('entry:matrix')}?q={TYPED}")

    (line,) = lines.read()
    assert fields_of(line, "event", "method", "view", "status", "level") == (
        "request",
        "GET",
        "entry:matrix",
        answer.status_code,
        "info",
    )
    assert line["request_id"] == answer["X-Request-ID"]
    assert set(line) == {
        "event", "method", "view", "status", "level",
        "logger", "request_id", "duration_ms", "timestamp",
    }  # fmt: skip
    assert TYPED not in lines.text


@pytest.mark.django_db
def test_what_is_not_found_or_forged_is_one_line(lines):
    client = browser()
    client.handler.enforce_csrf_checks = True

    nothing = client.get(f"/participants/{TYPED}/nowhere/")
    forged = client.post(reverse("entry:matrix"), {"name": TYPED})

    first, second = lines.read()
    assert fields_of(first, "status", "request_id") == (
        NOT_FOUND,
        nothing["X-Request-ID"],
    )
    assert fields_of(second, "status", "refused", "request_id") == (
        forged.status_code,
        "csrf",
        forged["X-Request-ID"],
    )
    assert TYPED not in lines.text


@pytest.mark.django_db
def test_a_refused_save_is_one_line(lines):
    client = browser("DM")
    typed = {"code": "x", "name": TYPED, "laboratory": TYPED, "valid_from": TYPED}

    answer = client.post(reverse("imports:sources"), typed)

    (line,) = lines.read()
    assert fields_of(line, "event", "view", "status", "request_id") == (
        "request",
        "imports:sources",
        UNPROCESSABLE,
        answer["X-Request-ID"],
    )
    assert TYPED not in lines.text


@pytest.mark.django_db
@override_settings(ROOT_URLCONF=__name__)
def test_an_exception_in_a_view_is_one_line_without_its_message(lines):
    answer = browser().post("/failing/7/", {"weight": TYPED})

    (line,) = lines.read()
    assert fields_of(line, "event", "view", "pk", "status", "level") == (
        "request",
        "failing",
        7,
        SERVER_ERROR,
        "error",
    )
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["error"] == "RuntimeError < ValueError"
    assert line["places"][-1].endswith(" failing")
    assert TYPED not in lines.text


@pytest.mark.django_db
@pytest.mark.parametrize("status", REFUSALS)
@override_settings(ROOT_URLCONF=__name__)
def test_a_refusal_is_no_failure(lines, status):
    browser().get(f"/refusing/{status}/")

    (line,) = lines.read()
    assert fields_of(line, "status", "level", "error", "places") == (
        status,
        "info",
        None,
        None,
    )
    assert TYPED not in lines.text


def test_a_failing_task_is_one_line_without_its_arguments(lines):
    result = failing_task.apply(
        args=(TYPED,), headers={"request_id": "a1"}, task_id="t1"
    )

    (line,) = lines.read()
    assert result.failed()
    assert fields_of(line, "event", "task", "task_id", "request_id", "level") == (
        "task",
        "tests.failing",
        "t1",
        "a1",
        "error",
    )
    assert line["error"] == "ValueError"
    assert TYPED not in lines.text


def test_a_task_of_beat_has_its_own_id_and_tells_no_result(lines):
    working_task.apply(args=(TYPED,), task_id="t2")

    (line,) = lines.read()
    assert fields_of(line, "task", "request_id", "level") == (
        "tests.working",
        "t2",
        "info",
    )
    assert TYPED not in lines.text


def test_a_library_speaks_in_the_same_form(lines):
    logging.getLogger("some.library").warning("gone %s", "away")

    (line,) = lines.read()
    assert fields_of(line, "event", "logger", "level") == (
        "gone away",
        "some.library",
        "warning",
    )


def test_a_line_for_a_demo_is_read_by_people():
    record = logging.LogRecord("web", logging.INFO, "", 0, "started", (), None)

    line = logs.formatter(as_json=False).format(record)

    assert "started" in line
    assert not line.startswith("{")
    assert "\n" not in line


def test_the_web_server_tells_no_address(lines):
    logger = WebLogger(Config())
    logging.getLogger().addHandler(lines.handler)  # the server set up its own

    try:
        float(TYPED)
    except ValueError:
        logger.exception("Error handling request %s", f"/feed.ics?token={TYPED}")
    logger.info("Booting worker with pid: %s", 7)

    failed, started = lines.read()
    assert fields_of(failed, "event", "error") == (
        "Error handling request …",
        "ValueError",
    )
    assert fields_of(started, "event", "logger") == (
        "Booting worker with pid: 7",
        "gunicorn.error",
    )
    assert TYPED not in lines.text


ODD = "a\nb\rc\x1b[2Jd\x85e\u2028f\u2029g\u202eh\ud800i\x00j\x7fk"
PLAIN = r"a\nb\rc\x1b[2Jd\x85e\u2028f\u2029g\u202eh\ud800i\x00j\x7fk"


@pytest.mark.parametrize("as_json", [True, False])
def test_what_somebody_sent_is_one_line(as_json):
    record = logging.LogRecord("lib", logging.INFO, "", 0, f"{ODD} %s", (ODD,), None)
    record.names = [ODD]

    line = logs.formatter(as_json=as_json).format(record)

    assert len(line.splitlines()) == 1
    assert line.isprintable()
    if as_json:
        assert json.loads(line)["event"] == f"{PLAIN} {PLAIN}"


def test_fields_of_a_line_are_on_one_line():
    line = logs.on_one_line(None, "", {"view": ODD, "places": [ODD], "status": 200})

    assert line == {"view": PLAIN, "places": [PLAIN], "status": 200}


def test_the_web_server_tells_nothing_of_a_request_that_is_none(lines):
    logger = WebLogger(Config())
    logging.getLogger().addHandler(lines.handler)

    try:
        float(TYPED)
    except ValueError as problem:
        message = f"Invalid request from ip=203.0.113.7: {problem}"
        logger.warning(message)
    logger.warning("Worker %s hangs", 7)

    assert [line["event"] for line in lines.read()] == [
        "Invalid request: ValueError",
        "Worker 7 hangs",
    ]
    assert TYPED not in lines.text
