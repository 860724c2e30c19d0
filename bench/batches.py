"""How a save of a log, and a file, grow with their rows: `python -m bench.batches`."""

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bench.stage import database

ROWS = (20, 200)
ROUNDS = 7
FILE_ROWS, PEOPLE = 5_000, 40
HEADING = "subject,test,taken,result,unit"


@dataclass(frozen=True)
class Figure:
    """What an act on so many rows took."""

    act: str
    rows: int
    seconds: float
    statements: int


@contextmanager
def counted() -> Iterator[list[str]]:
    from django.db import connection  # noqa: PLC0415 - after the settings are there

    statements: list[str] = []

    def execute(run: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return run(sql, *rest)

    with connection.execute_wrapper(execute):
        yield statements


def timed(
    act: str, rows: int, do: Callable[[int], object], rounds: int = ROUNDS
) -> Figure:
    """The median; the statements are those of a first call."""
    with counted() as statements:
        do(0)
    seconds = []
    for number in range(1, rounds + 1):
        started = time.perf_counter()
        do(number)
        seconds.append(time.perf_counter() - started)
    return Figure(act, rows, statistics.median(seconds), len(statements))


def saves() -> Iterator[Figure]:
    """Change rows of each log in one save of its table."""
    from django.test import Client, override_settings  # noqa: PLC0415 - the same
    from django.urls import reverse  # noqa: PLC0415 - the same

    from bench import logs  # noqa: PLC0415 - the same
    from record.casebook.models import FormInstance  # noqa: PLC0415 - the same

    person, user, _laboratory = logs.stage()
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    for code in logs.LOGS:
        url = reverse("entry:log", args=[person.number, code])
        for rows in ROWS:

            def change(number: int, code: str = code, rows: int = rows) -> None:
                forms = FormInstance.objects.filter(participant=person, code=code)
                typed: dict[str, str] = {}
                for form in forms.order_by("pk")[:rows]:
                    form.revision -= number  # the edit is the next one after them
                    typed |= logs.edit_of(code, form)(number)
                answer = client.post(url, typed)  # noqa: B023 - the same
                if answer.status_code != logs.SAVED:
                    message = f"{url} answered {answer.status_code}"  # noqa: B023 - the same
                    raise RuntimeError(message)

            with override_settings(ALLOWED_HOSTS=["testserver"]):
                yield timed(f"{code}: change rows of its table", rows, change)


def file_of(people: list[str], rows: int, first_at: datetime) -> bytes:
    """Creatinine of each hour, in turns of the participants."""
    lines = [
        f"{people[n % len(people)]},CREA,"
        f"{first_at + timedelta(hours=n // len(people)):%Y-%m-%d %H:%M},"
        f"{60 + n % 200},umol/L"
        for n in range(rows)
    ]
    return "\n".join([HEADING, *lines, ""]).encode()


def files() -> Iterator[Figure]:
    """Preview and store a laboratory's file."""
    from imports.models import ImportedFile  # noqa: PLC0415 - the same
    from imports.rules.mapping import FileMapping  # noqa: PLC0415 - the same
    from imports.services import files as receiving  # noqa: PLC0415 - the same
    from imports.services.previews import preview  # noqa: PLC0415 - the same
    from imports.services.storing import confirm, store_file  # noqa: PLC0415 - the same
    from record.audit.attribution import Reason  # noqa: PLC0415 - the same
    from tests.imports import stage  # noqa: PLC0415 - the same
    from trial_edc import clock  # noqa: PLC0415 - the same

    clerk, manager, leader = stage.people()
    source, credential = stage.source(manager, leader)
    numbers = [stage.participant(n, consented=1).number for n in range(1, PEOPLE + 1)]
    first_at = clock.now().replace(minute=0) - timedelta(days=120)
    for rows in (FILE_ROWS // 10, FILE_ROWS):
        first_at += timedelta(days=60) if rows == FILE_ROWS else timedelta()
        content = file_of(numbers, rows, first_at)
        file = receiving.upload(
            source, credential, name=f"{rows}.csv", content=content, by=clerk
        )
        receiving.map_columns(file, FileMapping.from_json(source.mapping), by=clerk)

        def plan(_number: int, file: ImportedFile = file) -> None:
            preview(file.pk)

        def store(_number: int, file: ImportedFile = file) -> None:
            store_file(file.pk)

        yield once("preview a file", rows, plan)
        confirm(
            ImportedFile.objects.get(pk=file.pk),
            Reason("new_source", "Bench"),
            by=clerk,
            unassigned_read=True,
        )
        yield once("store a file", rows, store)


def once(act: str, rows: int, do: Callable[[int], object]) -> Figure:
    with counted() as statements:
        started = time.perf_counter()
        do(0)
        return Figure(act, rows, time.perf_counter() - started, len(statements))


def report(figures: Iterator[Figure]) -> None:
    out = sys.stdout.write
    out("Many rows in one act: median in milliseconds, and statements; the ratio\n")
    out("to the act on fewer rows.\n")
    before: Figure | None = None
    for one in figures:
        line = (
            f"  {one.act:<32}{one.rows:6} {one.seconds * 1e3:9.0f} {one.statements:6}"
        )
        if before and before.act == one.act:
            line += f"   ratio {one.seconds / before.seconds:5.2f}"
        out(line + "\n")
        sys.stdout.flush()
        before = one


def main() -> None:
    with database("bench-batches"):
        report(saves())
        report(files())


if __name__ == "__main__":
    main()
