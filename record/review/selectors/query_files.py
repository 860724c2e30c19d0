"""Queries as lines of a file, as many at a time as memory should hold."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from django.db.models import QuerySet
from django.utils.translation import get_language, gettext, override

from record.accounts.models import User
from record.review.models import Query, QueryStep
from record.review.selectors.query_lines import QueryLine, lines_for
from trial_edc.dates import SITE_TZ
from trial_edc.spreadsheets import safe

LINES_AT_ONCE = 500
MARK = "\ufeff"  # so that spreadsheets read Chinese
HEADING = (
    *("number", "state", "priority", "participant", "form", "visit", "item", "value"),
    *("check", "assigned_to", "due_on", "age_days", "raised_at", "raised_by"),
    *("question", "steps", "last_step", "last_at", "last_by", "last_text"),
)


def query_file(queries: QuerySet[Query], user: User) -> Iterator[str]:
    """In the language of the reader, though it is written while it is sent."""
    language = get_language() or "en"
    rows = queries.iterator(chunk_size=LINES_AT_ONCE)
    yield MARK + _written([HEADING])
    while chunk := list(islice(rows, LINES_AT_ONCE)):
        with override(language):
            lines = [_cells(line) for line in lines_for(user, chunk)]
        yield _written(lines)


def _written(lines: list[tuple[str, ...]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([safe(cell) for cell in line] for line in lines)
    return text.getvalue()


def _cells(line: QueryLine) -> tuple[str, ...]:
    query, first, last = line.query, line.steps[0], line.steps[-1]
    return (
        str(query.number),
        str(query.get_state_display()),
        str(query.get_priority_display()),
        query.whose.number,
        line.title,
        line.place_at,
        line.label,
        line.value,
        line.check_id,
        line.assignee,
        query.due_on.isoformat() if query.due_on else "",
        str(line.age_days),
        _at(first),
        _by(first),
        first.text,
        str(len(line.steps)),
        str(last.get_action_display()),
        _at(last),
        _by(last),
        last.text,
    )


def _at(step: QueryStep) -> str:
    return step.at.astimezone(SITE_TZ).isoformat(timespec="minutes")


def _by(step: QueryStep) -> str:
    return str(step.by) if step.by else gettext("edit check")
