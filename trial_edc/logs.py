"""What goes to the log: one line an event, with the request's id and without values.

An exception is told as its type and the places it came through: its message and its
variables may hold what somebody typed. `docs/operations.md` lists the fields.
"""

import logging
import re
import sys
import time
import traceback
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import structlog
from structlog.contextvars import merge_contextvars
from structlog.stdlib import ProcessorFormatter

# Django's own lines about a request, which has one already.
ABSORBED = ("django.request", "django.security")
FAILED = 500  # the first status of an answer that says so
DEPTH = 12  # places of an exception that are told, the innermost ones

# Control characters, ends of lines, directions of writing, halves of a character.
NOT_ON_A_LINE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
Line = MutableMapping[str, Any]
_current_line: ContextVar[Line | None] = ContextVar("log line", default=None)
log = structlog.stdlib.get_logger("trial_edc.events")


@contextmanager
def one_line(event: str, **known: object) -> Iterator[Line]:
    line: Line = {**known}
    token, started = _current_line.set(line), time.perf_counter()
    try:
        yield line
    except Exception as problem:
        line["exc_info"] = problem
        raise
    finally:
        _current_line.reset(token)
        line["duration_ms"] = round((time.perf_counter() - started) * 1000)
        write = log.error if "exc_info" in line else log.info
        write(event, **line)


class RequestLineFilter(logging.Filter):
    """Takes what Django says about a request into the line of that request."""

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(ABSORBED):
            return True
        line = _current_line.get()
        if line is None:
            return bool(record.exc_info)
        if record.name.startswith("django.security"):
            line["refused"] = record.name.rpartition(".")[2]
        elif record.exc_info and getattr(record, "status_code", FAILED) >= FAILED:
            line["exc_info"] = record.exc_info[1]  # what was refused did not fail
        return False


def without_values(_logger: object, _method: str, line: Line) -> Line:
    """Replace an exception by its type, that of its causes, and its places."""
    problem = line.pop("exc_info", None)
    if problem is True:
        problem = sys.exc_info()
    if isinstance(problem, tuple):
        problem = problem[1]
    if isinstance(problem, BaseException):
        line["error"] = " < ".join(_types(problem))
        frames = traceback.extract_tb(problem.__traceback__)[-DEPTH:]
        line["places"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames]
    return line


def _types(problem: BaseException | None) -> Iterator[str]:
    while problem is not None:
        yield type(problem).__qualname__
        if isinstance(problem, BaseExceptionGroup):
            yield from (type(one).__qualname__ for one in problem.exceptions)
        problem = problem.__cause__ or problem.__context__


def on_one_line(_logger: object, _method: str, line: Line) -> Line:
    """Escape what ends a line, turns it round, or moves a terminal's cursor.

    Whoever sends a path, a header or a name else writes lines of the log.
    """
    return {key: _escaped(value) for key, value in line.items()}


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return NOT_ON_A_LINE.sub(lambda match: ascii(match[0])[1:-1], value)
    if isinstance(value, list | tuple):
        return [_escaped(one) for one in value]
    return value


def formatter(*, as_json: bool) -> ProcessorFormatter:
    return ProcessorFormatter(
        foreign_pre_chain=[merge_contextvars],
        processors=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            ProcessorFormatter.remove_processors_meta,
            without_values,
            on_one_line,
            structlog.processors.JSONRenderer(ensure_ascii=False)
            if as_json
            else structlog.dev.ConsoleRenderer(colors=False),
        ],
    )


def configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter, "as_json": as_json}},
        "filters": {"request_line": {"()": RequestLineFilter}},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["request_line"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "weasyprint": {"level": "ERROR"},  # else it tells its every step
            "django": {"handlers": [], "propagate": True},
            # A task has a line of its own; Celery's would hold arguments and results.
            "celery.app.trace": {"level": "CRITICAL"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


structlog.configure(
    processors=[merge_contextvars, ProcessorFormatter.wrap_for_formatter],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
