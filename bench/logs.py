"""A log of 200 rows: how long its table takes to open and to save, 95 of 100 times."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.test import Client, override_settings
from django.urls import reverse

from record.accounts import roles
from record.accounts.models import User
from record.audit.attribution import Process, Source, attributed
from record.capture.entries import form_entry
from record.capture.services.forms import save
from record.capture.services.rows import RowEntry, save_rows
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import add_row
from trial_edc import clock, dates
from visits.models import Laboratory

STAGE = Process("bench")
ROWS, PASTED = 200, 50
OPENED, SAVED = 200, 302  # as HTTP answers
Typed = dict[str, str]
LOGS = ("CRE", "URI", "RRT")


def at(hours_ago: int) -> datetime:
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    return now - timedelta(hours=hours_ago)


def values(code: str, number: int, laboratory: int) -> dict[str, object]:
    start = at(2 * (ROWS + PASTED - number) + 2)
    times = {
        "CRE": {"sample_at": start, "value": str(80 + number % 90), "place": "icu"},
        "URI": {
            "start_at": start,
            "end_at": start + timedelta(hours=1),
            "volume_ml": str(20 + number % 60),
            "catheter": "Y",
        },
        "RRT": {
            "row_kind": "session",
            "modality": "ihd",
            "started_at": start,
            "ended_at": start + timedelta(hours=1),
            "ongoing": "N",
            "unplanned": "N",
            "indication": ["fluid"],
            "place": "ours",
            "source": "record",
            "stop_reason": "other",
        },
    }
    more = {"laboratory": laboratory, "routine_care": "Y"} if code == "CRE" else {}
    return times[code] | more


def stage() -> tuple[Participant, User, int]:
    with attributed(by=STAGE, via=Source.COMMAND):
        user = User.objects.create(
            username="nurse-of-logs",
            full_name="Bench",
            email="logs@example.org",
            role="CO",
            blinding=roles.blinding_class("CO").value,
        )
        person = Participant.objects.create(number="S-998K", sequence=998)
        laboratory = Laboratory.objects.create(code="BENCH", name="Bench")
        consent = add_row(person, "CNS", by=STAGE, via=Source.COMMAND)
    values_of_consent = {"kind": "initial", "decision": "given", "decided_at": at(2000)}
    save(consent, values_of_consent, by=STAGE, via=Source.COMMAND)
    for code in LOGS:
        design = catalogue.design(code)
        rows = [
            RowEntry(
                f"n{n}",
                form_entry(design, values(code, n, laboratory.pk), complete=True),
            )
            for n in range(ROWS)
        ]
        save_rows(person, code, rows, by=STAGE, via=Source.COMMAND)
    return person, user, laboratory.pk


def p95(seconds: list[float]) -> float:
    """What 95 of 100 rounds do not exceed."""
    return statistics.quantiles(seconds, n=20)[-1]


def _timed(rounds: int, request: Callable[[int], int], expected: int) -> float:
    durations = []
    for number in range(rounds):
        started = time.perf_counter()
        status = request(number)
        durations.append(time.perf_counter() - started)
        if status != expected:
            message = f"the table answered {status}"
            raise RuntimeError(message)
    return p95(durations)


@override_settings(ALLOWED_HOSTS=["testserver"])
def tables(rounds: int) -> list[tuple[str, float]]:
    person, user, laboratory = stage()
    client = Client()
    client.force_login(user, "django.contrib.auth.backends.ModelBackend")
    results = []
    for code in LOGS:
        url = reverse("entry:log", args=[person.number, code])
        row = FormInstance.objects.filter(participant=person, code=code).latest("pk")
        opened = _timed(rounds, partial(_open, client, url), OPENED)
        changed = _timed(
            rounds, partial(_change, client, url, edit_of(code, row)), SAVED
        )
        results += [(f"{code}: open", opened), (f"{code}: change a row", changed)]
    add = partial(_add, client, person, laboratory)
    results.append((f"CRE: add {PASTED} rows", _timed(3, add, SAVED)))
    return results


def _open(client: Client, url: str, _number: int) -> int:
    return client.get(url).status_code


def _change(client: Client, url: str, edit: Callable[..., Typed], number: int) -> int:
    return client.post(url, edit(number)).status_code


def _add(client: Client, person: Participant, laboratory: int, number: int) -> int:
    typed: Typed = {}
    for n in range(PASTED):
        cells = values("CRE", ROWS + n, laboratory) | {"value": str(80 + number)}
        typed |= {f"n{n}-{name}": _text(value) for name, value in cells.items()}
        typed[f"n{n}-complete"] = "yes"
    url = reverse("entry:log", args=[person.number, "CRE"])
    return client.post(url, typed).status_code


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"
    return str(value)


def edit_of(code: str, row: FormInstance) -> Callable[[int], Typed]:
    item, texts = {
        "CRE": ("value", ("81", "82")),
        "URI": ("volume_ml", ("31", "32")),
        "RRT": ("place", ("other", "ours")),
    }[code]
    key = f"r{row.pk}"
    more = {f"{key}-value__unit": "umol/L"} if code == "CRE" else {}

    def edit(number: int) -> Typed:
        return {
            f"{key}-{item}": texts[number % 2],
            f"{key}-based_on": str(row.revision + number),
            f"{key}-{item}__reason": "transcription",
            f"{key}-{item}__reason_text": "Bench",
            **more,
        }

    return edit
