"""Two worlds alike but for the arm: nobody blinded sees a page that differs.

Both are built with one seed at one instant, the second after the first was taken back,
with each sequence at the number where it began, so also a gap among keys would show.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.attribution import Via
from capture.services import save
from casebook import catalogue, services
from casebook.models import FormInstance, Participant
from casebook.values import MissingCode
from notices.models import Message
from randomization import allocation
from randomization.checks import CELL_ITEMS
from randomization.models import Slot
from randomization.services.preparing import confirm_preparation
from randomization.services.product import preparations_with_arms
from review.services import answer_query, raise_query, verify
from tests.architecture.access_table import ACCESS, World
from tests.people import person
from tests.randomization import stage
from trial_edc import chance, clock
from trial_edc.protocol import PROTOCOL

pytestmark = pytest.mark.django_db(databases=["default", "owner"])
NOW = datetime(2025, 6, 2, 1, tzinfo=UTC)
BLINDED = ("CO", "IN", "BN", "MO", "AD")
NOISE = re.compile(
    r'(?<=name="csrfmiddlewaretoken" value=")\w+|(?<="X-CSRFToken": ")\w+'
    r"|\d{4}-\d\d-\d\d \d\d:\d\d CST"  # when the page was printed
    rf"|{datetime.now(clock.SITE_TZ).year}-\d\d-\d\d[T ]\d\d:\d\d"  # the server's clock
    r"|\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{64}\b"
)
MSC = {
    "passage": 9,
    "planned_dose_e6_kg": 1,
    "cells_per_ml_e6": "0.15",
    "viability_pct": 60,
    "viability_method": "trypan_blue",
}
SALINE = dict.fromkeys(CELL_ITEMS, MissingCode.NOT_APPLICABLE)


def sequences() -> dict[str, int | None]:
    """Return the last number that each sequence gave."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        return dict(cursor.fetchall())


@contextmanager
def taken_back(numbers: dict[str, int | None]) -> Iterator[None]:
    """Let a block write from these numbers on, and leave nothing of it."""
    with connections["owner"].cursor() as cursor:
        for name, last in numbers.items():
            told = [f'"{name}"', last or 1, last is not None]
            cursor.execute("SELECT setval(%s, %s, %s)", told)
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def lived(arm: str, patch: pytest.MonkeyPatch) -> Participant:
    """Randomise somebody to the arm, prepare the product, infuse, find a reaction."""

    def opened(slot: Slot) -> str:
        del slot
        return arm

    patch.setattr(allocation, "_opened_arm", opened)
    now = clock.now()
    with chance.seeded("before"):
        stage.open_study()
        participant = stage.randomised()
        stage.requested(participant)
    with clock.at(now + timedelta(hours=3)):
        prepared(participant, arm, stage.colleague("UP"))
    with clock.at(now + timedelta(hours=5)), chance.seeded("after"):
        infused(participant, stage.colleague("IN"))
    return participant


def prepared(participant: Participant, arm: str, by: User) -> None:
    """Enter the product; cells alone are odd, so one arm has more rows."""
    now, other = clock.now() - timedelta(hours=2), person("UP", username="other")
    stage.stocked(arm)
    preparations_with_arms(by=by)
    record = FormInstance.objects.get(participant=participant, code="PRD", visit="D0")
    plan = PROTOCOL.infusion.plan(demo=True)
    assert plan is not None
    values: dict[str, Any] = {
        **dict.fromkeys(("out_of_storage_at", "prepared_at"), now),
        "product": arm,
        "lot": f"{arm}-7",
        "containers": 1,
        "storage_temp_c": -190,
        "diluent": "saline_0_9",
        "final_volume_ml": plan.planned_volume_ml,
        **dict.fromkeys(("cover_applied", "as_allocated"), "Y"),
        "prepared_by": by.pk,
        "checked_by": other.pk,
    }
    cells = {**MSC, "thawed_at": now} if arm == "MSC" else SALINE
    save(record, {**values, **cells}, by=by, via=Via.IMPORT)
    for one in (by, other):
        confirm_preparation(record, proof=stage.proof_of(one), by=one)
    handed = {"handed_over_at": now, "handed_to": other.pk}
    save(record, handed, by=by, via=Via.IMPORT, complete=True)
    if arm == "MSC":
        deviation = services.add_row(participant, "DVP", by=by)
        save(deviation, {"description": "viability of cells"}, by=by)
        query = raise_query(record, "lot", "Which?", by=stage.colleague("UM"))
        answer_query(query, "This one.", by=by)
        verify(record, ["product"], by=stage.colleague("UM"))


def infused(participant: Participant, by: User) -> None:
    """Record the infusion, its reaction and a question of the monitor."""
    form = FormInstance.objects.get(participant=participant, code="INF", visit="D0")
    started = clock.now() - timedelta(hours=2)
    values = {
        "given": "given",
        "started_at": started,
        "stopped_at": started + timedelta(hours=1),
        "volume_ml": 100,
        "cover_intact": "N",
        "reaction": "Y",
    }
    save(form, values, by=by, via=Via.IMPORT)
    event = FormInstance.objects.get(participant=participant, code="AE")
    save(event, {"term": "fever", "serious": "Y"}, by=by, via=Via.IMPORT)
    raise_query(event, "term", "How high?", by=stage.colleague("MO"))


def seen(participant: Participant) -> dict[tuple[str, str], object]:
    """Return each page, in words and status, that blinded roles may ask for."""
    world = World({role: stage.colleague(role) for role in BLINDED})
    number = participant.number
    forms = FormInstance.objects.filter(confidentiality="open").order_by("pk")
    pages = {
        name: reverse(name, kwargs=_about(row.kwargs(world), number))
        for name, row in ACCESS.items()
        if name not in ("accounts:sign_out", "gallery")
    }
    pages |= {
        f"log {code}": reverse("entry:log", args=[number, code])
        for code, design in catalogue.designs().items()
        if design.is_repeated
    }
    books = {f"form {form}": reverse("entry:form", args=[form.pk]) for form in forms}
    found: dict[tuple[str, str], object] = {}
    for role, user in world.people.items():
        client = Client()
        client.force_login(user)
        for name, url in (pages | (books if role == "MO" else {})).items():
            answer = client.get(url)
            body = answer.getvalue().decode()
            found[role, name] = answer.status_code, NOISE.sub("", body)
    for mail in Message.objects.filter(recipient__blinding="B"):
        found[mail.recipient.username, mail.key] = mail.subject, mail.text
    return found


def _about(kwargs: dict[str, Any], number: str) -> dict[str, Any]:
    return kwargs | ({"number": number} if "number" in kwargs else {})


@pytest.mark.verifies("RND-04", "AUD-10")
def test_no_page_of_a_blinded_role_depends_on_the_arm(monkeypatch):
    numbers = sequences()
    worlds = []
    for arm in ("MSC", "SALINE"):
        with clock.at(NOW), taken_back(numbers):
            participant = lived(arm, monkeypatch)
            with clock.at(NOW + timedelta(hours=6)):
                worlds.append(seen(participant))

    msc, saline = worlds
    assert len(msc) > 300
    assert [place for place in msc if msc[place] != saline.get(place)] == []
    assert msc.keys() == saline.keys()
