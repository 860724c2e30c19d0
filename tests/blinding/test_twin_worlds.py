"""Nothing that a blinded person may notice depends on an arm (docs/adr/0006).

Two worlds, see `worlds`; what may differ, and why, stands in `noise`. A page that is
new is asked for without a change here; it fails until it is in the access table.
"""

import base64
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Callable
from http import HTTPStatus
from itertools import islice

import pytest
from django.core.cache import caches
from django.urls import reverse

from entry.worklist import services as digest
from exports.forms import tables as exported_tables
from exports.models import Export
from exports.tasks import make_export
from randomization.allocation import services as randomizing
from randomization.arms import arms_of
from record.casebook.models import Participant
from record.notices.models import Message
from tests.blinding import leaks
from tests.blinding.addresses import (
    ACCESS,
    NAMES,
    ROLES,
    Question,
    fed,
    guesses,
    is_guessed,
    questions,
)
from tests.blinding.answers import Answer, Answers, Spectator, differences, shown
from tests.blinding.noise import Filter, stored_rows
from tests.blinding.worlds import World, randomised
from tests.dumps import dump, readable, server_log
from trial_edc import clock
from trial_edc.celery import app

# The trial itself is called MSC-001.
ARM = re.compile(r"(?<![A-Za-z0-9+/])(MSC(?!-001)|SALINE)(?![A-Za-z0-9+/])")
TOLD_BY_A_TASK = ("task", "argsrepr", "kwargsrepr", "ignore_result", "eta", "expires")
Worlds = tuple[World, World]
Look = Callable[[Spectator], Answers]


def compared(worlds: Worlds, look: Look) -> list[str]:
    """Return what differs between both worlds for whoever looks."""
    one, other = (seen_in(world, look) for world in worlds)
    return differences(one, other)


def seen_in(world: World, look: Look) -> Answers:
    with world.entered():
        return look(Spectator())


def noted(found: dict[Question, Answer], how: str, role: str, answer: Answer) -> None:
    found[Question(role, how, how)] = answer


def test_everybody_is_in_the_other_arm(worlds):
    arms = []
    for world in worlds:
        with world.entered():
            arms.append(dict(arms_of(randomised())))

    drawn, turned = arms
    assert len(drawn) >= 6
    assert drawn.keys() == turned.keys()
    assert [pk for pk in drawn if drawn[pk] == turned[pk]] == []


@pytest.mark.verifies("RND-04", "RND-05")
def test_without_the_key_the_stored_trials_are_alike(worlds):
    """A copy of the database: each row, each length of a sealed text."""
    drawn, turned = (
        {table: stored_rows(table, told) for table, told in world.stored.items()}
        for world in worlds
    )

    assert [
        f"{table}: {shown(drawn[table], turned[table])}"
        for table in drawn
        if drawn[table] != turned[table]
    ] == []


@pytest.mark.verifies("RND-04", "RND-05", "AUD-10")
def test_no_page_depends_on_the_arm(worlds):
    def look(spectator: Spectator) -> Answers:
        return spectator.ask([*questions(), *guesses()])

    drawn, turned = (seen_in(world, look) for world in worlds)

    assert differences(drawn, turned) == []
    assert {place.name for place in drawn} == {*NAMES} - {"accounts:sign_out"}
    with worlds[0].entered():
        guessed = [name for name in NAMES if is_guessed(name)]
    assert never_shown(drawn, guessed) == []


def never_shown(answers: Answers, guessed: list[str]) -> list[str]:
    """Return pages that nobody found with the arguments of the access table.

    Name real arguments for them in `addresses`.
    """
    got: dict[str, set[int]] = defaultdict(set)
    for place, answer in answers.items():
        if place.role in ACCESS[place.name].roles and place.name in guessed:
            got[place.name].add(answer.status)
    return [name for name, found in got.items() if found == {HTTPStatus.NOT_FOUND}]


@pytest.mark.verifies("RND-04", "RND-05", "CAL-02")
def test_no_calendar_feed_depends_on_the_arm(worlds):
    def look(spectator: Spectator) -> Answers:
        return spectator.ask(fed())

    drawn, turned = (seen_in(world, look) for world in worlds)

    assert differences(drawn, turned) == []
    assert {answer.status for answer in drawn.values()} == {HTTPStatus.OK}
    assert all("BEGIN:VEVENT" in answer.body for answer in drawn.values())


@pytest.mark.verifies("RND-05", "RND-06", "EXP-07")
def test_no_export_depends_on_the_arm(worlds):
    """Asked for as each role, made by the task, watched, taken: name, size, content."""

    def look(spectator: Spectator) -> Answers:
        found: dict[Question, Answer] = {}
        chosen = {"forms": [code for code, _title in exported_tables()]}
        for role in ("IN", "MO", "BR"):
            asked = spectator.post(role, reverse("exports:exports"), chosen)
            noted(found, "asked", role, asked)
            key = Export.objects.latest("pk").key
            noted(found, "task", role, tasks_for(key))
            make_export.apply((key,), throw=True)
            for name in ("export", "progress", "download"):
                url = reverse(f"exports:{name}", args=[key])
                noted(found, name, role, spectator.get(role, url))
            assert found[Question(role, name, name)].status == HTTPStatus.OK
        return found

    assert compared(worlds, look) == []


def tasks_for(key: str) -> Answer:
    """Return what the broker holds for an export, and take it away."""
    clean, held = Filter(), []
    with app.connection_for_read() as line:
        broker = line.default_channel.client
        for name in sorted(broker.keys("*")):
            if broker.type(name) != b"list":
                continue
            for message in broker.lrange(name, 0, -1):
                told = json.loads(message)
                body = base64.b64decode(told["body"]).decode()
                if key in body:
                    broker.lrem(name, 1, message)
                    about = {n: told["headers"][n] for n in TOLD_BY_A_TASK}
                    held.append(f"{name!r} {about} {body}")
    assert len(held) == 1
    return told_as(clean("\n".join(held)))


def told_as(text: str) -> Answer:
    """Return a text that is no page, to be compared like one."""
    packed = zlib.compress(text.encode())
    return Answer(HTTPStatus.OK, "", "", len(text), packed, 0, "")


@pytest.mark.verifies("RND-04", "AUD-10")
def test_no_failure_depends_on_the_arm(worlds, monkeypatch):
    """A crash after the slot was taken, refusals, and pages that are not there."""

    def look(spectator: Spectator) -> Answers:
        found: dict[Question, Answer] = {}
        for person in Participant.objects.all():
            url = reverse("randomization:randomize", args=[person.number])
            noted(
                found,
                f"{url} crash",
                "CO",
                spectator.post("CO", url, {"number": person.number}),
            )
        for role in ("CO", "MO", "AD"):
            for url in ("/nothing/", "/exports/unblinded/", "/forms/1/strike/"):
                noted(found, url, role, spectator.get(role, url))
        statuses = {answer.status for answer in found.values()}
        assert statuses >= {403, 404, 405, 500}
        return found

    def crash(*_told: object, **_more: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(randomizing.capture, "save", crash)

    assert compared(worlds, look) == []


@pytest.mark.verifies("RND-05", "AUD-10")
def test_neither_randomising_nor_what_follows_depends_on_the_arm(worlds):
    """Whoever is ready is randomised, by a page; then mail, notices, history, cache."""

    def look(spectator: Spectator) -> Answers:
        found: dict[Question, Answer] = {}
        before = len(randomised())
        for person in Participant.objects.all():
            url = reverse("randomization:randomize", args=[person.number])
            told = {"number": person.number}
            noted(found, url, "CO", spectator.post("CO", url, told))
            noted(found, f"{url} after", "IN", spectator.get("IN", url))
        assert len(randomised()) > before
        assert digest.write(clock.today()) > 2
        noted(found, "mail", "-", told_as(messages()))
        noted(found, "cache", "-", told_as(repr(sorted(caches["default"]._cache))))  # type: ignore[attr-defined]
        return found

    assert compared(worlds, look) == []


def messages() -> str:
    """Return every message to somebody who must not know an arm, in order."""
    held = Message.objects.filter(recipient__role__in=ROLES)
    told = held.values_list("recipient__username", "key", "subject", "text", "state")
    assert len(told) > 5
    return "\n".join(map(repr, told))


@pytest.mark.verifies("AUD-10")
def test_what_the_unblinded_see_does_differ(worlds):
    """The comparison is not blind itself: the pharmacist's pages are not alike."""

    def look(spectator: Spectator) -> Answers:
        found: dict[Question, Answer] = {}
        for name in ("randomization:lots", "entry:matrix", "review:queries"):
            noted(found, name, "UP", spectator.get("UP", reverse(name)))
        return found

    told = compared(worlds, look)

    assert {line.split()[1].removesuffix(":") for line in told} >= {
        "randomization:lots",
        "review:queries",
    }


@pytest.mark.verifies("RND-05", "AUD-10")
@pytest.mark.parametrize(
    ("leak", "part", "name"),
    [
        (leaks.a_column, "packed", "enrollment:screening_log"),
        (leaks.an_order, "packed", "entry:matrix"),
        (leaks.a_count, "packed", "monitoring:dashboard"),
        (leaks.a_log_line, "said", "visits:schedule"),
        (leaks.a_file_name, "headers", "exports:download"),
        (leaks.a_statement, "statements", "entry:casebook"),
    ],
)
def test_a_planted_leak_is_caught(worlds, monkeypatch, leak, part, name):
    def look(spectator: Spectator) -> Answers:
        with_role = (one for one in questions((name,)) if one.role in ("CO", "MO"))
        return spectator.ask(islice(with_role, 2))

    assert compared(worlds, look) == []

    leak(monkeypatch)

    assert f" {part}: " in "".join(compared(worlds, look))


@pytest.mark.verifies("RND-04", "AUD-10")
def test_neither_a_dump_nor_a_log_tells_an_arm(worlds, caplog):
    world, _other = worlds
    with world.entered(), caplog.at_level("DEBUG"):
        arms = set(arms_of(randomised()).values())
        Spectator().get("CO", reverse("entry:matrix"))
        told = {"dump": dump(), "web": caplog.text, "server": server_log()}

    assert arms == {"MSC", "SALINE"}
    assert {name: readable(text, ARM) for name, text in told.items()} == {
        name: [] for name in told
    }
    assert readable(told["dump"] + base64.b64encode(b"arm: MSC").decode(), ARM)
