"""The ways of docs/architecture.md: no value is parsed or merged twice on any of them.

`make test ARGS="tests/architecture/test_ways.py -s"` prints the figures of that page.
"""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from record.casebook.models import FormInstance
from tests.people import STAGE, person
from tests.randomization import stage as randomization
from tests.record.notices.gateway import gateway
from tests.visits import stage
from tests.visits.reminders.outbox import book, out_patient, run_workers
from visits.laboratory.services import register_laboratory

pytestmark = pytest.mark.django_db
ROOT = Path(settings.BASE_DIR)
APART = {".venv", "tests"}


@dataclass(frozen=True)
class Way:
    """The project's own code that ran: each file with the number of calls into it."""

    calls: Counter[Path]
    parsed: int
    merged: int

    @property
    def figures(self) -> str:
        return (
            f"{len(self.calls)} files, {self.calls.total()} calls, "
            f"{self.parsed} parsed, {self.merged} merged"
        )


def followed(act: Callable[[], object]) -> Way:
    """Run an act and note each call into the product."""
    calls: Counter[Path] = Counter()
    names: Counter[str] = Counter()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path, name = Path(frame.f_code.co_filename), frame.f_code.co_name
        if event != "call" or name.startswith("<") or not path.is_relative_to(ROOT):
            return
        if path.relative_to(ROOT).parts[0] not in APART:
            calls[path] += 1
            names[name] += 1

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(before)
    return Way(calls, names["parse_entered"], names["merge"])


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    client.get("/accounts/keep-alive/")  # the session exists and was seen
    return client


@pytest.fixture
def creatinine() -> FormInstance:
    laboratory = register_laboratory("C1", "Central", by=STAGE)
    values = {
        "sample_at": f"{stage.day(3)} 08:00",
        "value": ("90", "umol/L"),
        "place": "ward",
        "laboratory": laboratory.pk,
        "routine_care": "Y",
    }
    stage.row(stage.participant(), "CRE", values)
    return FormInstance.objects.get(code="CRE")


def changed(prefix: str, form: FormInstance, value: str) -> dict[str, str]:
    fields = {
        "value": value,
        "value__unit": "umol/L",
        "value__reason": "error",
        "value__reason_text": "a slip",
        "based_on": str(form.revision),
    }
    return {f"{prefix}{name}": text for name, text in fields.items()}


def test_a_cell_of_a_table_is_parsed_and_merged_once(creatinine):
    client = client_of("CO")
    url = reverse("entry:log", args=[creatinine.participant.number, "CRE"])
    fields = changed(f"r{creatinine.pk}-", creatinine, "97")

    way = followed(lambda: client.post(url, fields))

    sys.stdout.write(f"\ntable: {way.figures}\n")
    assert str(stage.stored(creatinine).get("value")) == "97 umol/L"
    assert (way.parsed, way.merged) == (1, 1)


def test_an_item_of_a_form_is_parsed_and_merged_once(creatinine):
    client = client_of("CO")
    url = reverse("entry:form", args=[creatinine.pk])
    fields = changed("", creatinine, "99") | {"save_as": "draft"}

    way = followed(lambda: client.post(url, fields))

    sys.stdout.write(f"\nform: {way.figures}\n")
    assert str(stage.stored(creatinine).get("value")) == "99 umol/L"
    assert (way.parsed, way.merged) == (1, 1)


def test_a_randomization_merges_once():
    randomization.open_study()
    participant, client = randomization.ready(), client_of("CO")
    url = reverse("randomization:randomize", args=[participant.number])

    way = followed(lambda: client.post(url, {"number": participant.number}))

    sys.stdout.write(f"\nrandomization: {way.figures}\n")
    record = FormInstance.objects.get(code="RAN")
    assert way.merged == 1
    assert way.parsed == len(record.item_revisions)


def test_a_reminder_merges_nothing(settings):
    settings.SITE_PHONE = "010-66887329"
    book(out_patient(), "D28", 9)

    with gateway() as server:
        settings.SMS_GATEWAY_URL = server.url
        way = followed(lambda: run_workers(6))

    sys.stdout.write(f"\nreminder: {way.figures}\n")
    assert (len(server.bodies), way.merged) == (1, 0)
