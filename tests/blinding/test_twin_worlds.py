"""Nothing that a blinded person may notice depends on an arm (docs/adr/0006).

Two worlds, see `worlds`; what may differ, and why, stands in `noise`. A new page is
requested without a change here; it fails until it is in the access table.
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
from randomization.allocation import services as allocation_services
from randomization.arms import arms_of
from record.casebook.models import Participant
from record.notices.models import Message
from tests.blinding import leaks
from tests.blinding.addresses import (
    ACCESS,
    LISTS,
    NAMES,
    ROLES,
    Question,
    calendar_feeds,
    guesses,
    is_guessed,
    orders,
    questions,
)
from tests.blinding.answers import (
    Answer,
    Answers,
    Observer,
    differences,
    first_differences,
)
from tests.blinding.noise import Filter, blinded_rows, stored_rows
from tests.blinding.worlds import World, randomized_participants
from tests.dumps import dump, readable, server_log
from trial_edc import clock
from trial_edc.celery import app

pytestmark = [pytest.mark.real_clock, pytest.mark.slow]  # the worlds set their own

# The trial itself is called MSC-001.
ARM = re.compile(r"(?<![A-Za-z0-9+/])(MSC(?!-001)|SALINE)(?![A-Za-z0-9+/])")
TASK_HEADERS = ("task", "argsrepr", "kwargsrepr", "ignore_result", "eta", "expires")
Worlds = tuple[World, World]
Look = Callable[[Observer], Answers]


def differences_between(worlds: Worlds, look: Look) -> list[str]:
    """Differences between both worlds for whoever looks."""
    first, second = (answers_in(world, look) for world in worlds)
    return differences(first, second)


def answers_in(world: World, look: Look) -> Answers:
    with world.activated():
        return look(Observer())


def add_answer(
    answers: dict[Question, Answer], name: str, role: str, answer: Answer
) -> None:
    answers[Question(role, name, name)] = answer


def test_everybody_is_in_the_other_arm(worlds):
    arms = []
    for world in worlds:
        with world.activated():
            arms.append(dict(arms_of(randomized_participants())))

    drawn, swapped = arms
    assert len(drawn) >= 6
    assert drawn.keys() == swapped.keys()
    assert [pk for pk in drawn if drawn[pk] == swapped[pk]] == []


@pytest.mark.verifies("RND-04", "RND-05")
def test_without_the_key_the_stored_trials_are_alike(worlds_of_one_habit):
    """A copy of the database: each row, each length of a sealed text."""
    assert stored_differences(worlds_of_one_habit, stored_rows) == []


@pytest.mark.verifies("RND-04", "RND-05", "AUD-10")
def test_no_row_of_the_blinded_shows_how_the_pharmacy_works(worlds):
    """Keys, numbers and times of all rows but those of the unblinded."""
    drawn, _swapped = worlds

    assert stored_differences(worlds, blinded_rows) == []
    assert len(blinded_rows("audit_entry", drawn.stored["audit_entry"])) > 1000


def stored_differences(
    worlds: Worlds, rows_of: Callable[[str, str], list[str]]
) -> list[str]:
    drawn, swapped = (
        {table: rows_of(table, csv_text) for table, csv_text in world.stored.items()}
        for world in worlds
    )
    return [
        f"{table}: {first_differences(drawn[table], swapped[table])}"
        for table in drawn
        if drawn[table] != swapped[table]
    ]


WITHOUT_ROWS = {"accounts:remove_passkey"}  # nobody in the worlds has a passkey


@pytest.mark.verifies("RND-04", "RND-05", "AUD-10")
def test_no_page_depends_on_the_arm(worlds):
    def look(observer: Observer) -> Answers:
        return observer.ask([*questions(), *guesses()])

    drawn, swapped = (answers_in(world, look) for world in worlds)

    assert differences(drawn, swapped) == []
    assert {place.name for place in drawn} == {*NAMES} - {"accounts:sign_out"}
    with worlds[0].activated():
        guessed = [n for n in NAMES if is_guessed(n) and n not in WITHOUT_ROWS]
    assert pages_never_found(drawn, guessed) == []


@pytest.mark.verifies("RND-04", "RND-05")
def test_no_order_of_a_list_depends_on_the_arm(worlds):
    """Each list sorted by each of its columns."""

    def look(observer: Observer) -> Answers:
        lists = observer.ask(questions(LISTS))
        bodies = {place: answer.body for place, answer in lists.items()}
        return observer.ask(orders(bodies))

    drawn, swapped = (answers_in(world, look) for world in worlds)

    assert differences(drawn, swapped) == []
    assert {answer.status for answer in drawn.values()} == {HTTPStatus.OK}
    assert {place.name for place in drawn} == {*LISTS}


def pages_never_found(answers: Answers, guessed: list[str]) -> list[str]:
    """Pages that no role found with the arguments of the access table.

    Name real arguments for them in `addresses`.
    """
    statuses: dict[str, set[int]] = defaultdict(set)
    for place, answer in answers.items():
        if place.role in ACCESS[place.name].roles and place.name in guessed:
            statuses[place.name].add(answer.status)
    return [name for name, codes in statuses.items() if codes == {HTTPStatus.NOT_FOUND}]


@pytest.mark.verifies("RND-04", "RND-05", "CAL-02")
def test_no_calendar_feed_depends_on_the_arm(worlds):
    def look(observer: Observer) -> Answers:
        return observer.ask(calendar_feeds())

    drawn, swapped = (answers_in(world, look) for world in worlds)

    assert differences(drawn, swapped) == []
    assert {answer.status for answer in drawn.values()} == {HTTPStatus.OK}
    assert all("BEGIN:VEVENT" in answer.body for answer in drawn.values())


@pytest.mark.verifies("RND-05", "RND-06", "EXP-07")
def test_no_export_depends_on_the_arm(worlds):
    """Requested as each role, made by the task, watched, downloaded."""

    def look(observer: Observer) -> Answers:
        answers: dict[Question, Answer] = {}
        fields = {"forms": [code for code, _title in exported_tables()]}
        for role in ("IN", "MO", "BR"):
            response = observer.post(role, reverse("exports:exports"), fields)
            add_answer(answers, "request", role, response)
            key = Export.objects.latest("pk").key
            add_answer(answers, "task", role, tasks_for(key))
            make_export.apply((key,), throw=True)
            for name in ("export", "progress", "download"):
                url = reverse(f"exports:{name}", args=[key])
                add_answer(answers, name, role, observer.get(role, url))
            assert answers[Question(role, name, name)].status == HTTPStatus.OK
        return answers

    assert differences_between(worlds, look) == []


def tasks_for(key: str) -> Answer:
    """The text of the broker's task for an export, which is removed from the queue."""
    clean, texts = Filter(), []
    with app.connection_for_read() as connection:
        broker = connection.default_channel.client
        for name in sorted(broker.keys("*")):
            if broker.type(name) != b"list":
                continue
            for message in broker.lrange(name, 0, -1):
                task = json.loads(message)
                body = base64.b64decode(task["body"]).decode()
                if key in body:
                    broker.lrem(name, 1, message)
                    headers = {n: task["headers"][n] for n in TASK_HEADERS}
                    texts.append(f"{name!r} {headers} {body}")
    assert len(texts) == 1
    return text_answer(clean("\n".join(texts)))


def text_answer(text: str) -> Answer:
    """A text that is no page, to be compared like one."""
    packed = zlib.compress(text.encode())
    return Answer(HTTPStatus.OK, "", "", len(text), packed, 0, "")


@pytest.mark.verifies("RND-04", "AUD-10")
def test_no_failure_depends_on_the_arm(worlds, monkeypatch):
    """A crash after the slot was taken, refusals, and pages that are not there."""

    def look(observer: Observer) -> Answers:
        answers: dict[Question, Answer] = {}
        for person in Participant.objects.all():
            url = reverse("randomization:randomize", args=[person.number])
            add_answer(
                answers,
                f"{url} crash",
                "CO",
                observer.post("CO", url, {"number": person.number}),
            )
        for role in ("CO", "MO", "AD"):
            for url in ("/nothing/", "/exports/unblinded/", "/forms/1/strike/"):
                add_answer(answers, url, role, observer.get(role, url))
        statuses = {answer.status for answer in answers.values()}
        assert statuses >= {403, 404, 405, 500}
        return answers

    def crash(*_arguments: object, **_options: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(allocation_services.capture, "save", crash)

    assert differences_between(worlds, look) == []


@pytest.mark.verifies("RND-05", "AUD-10")
def test_neither_randomization_nor_what_follows_depends_on_the_arm(worlds):
    """Participants who are ready are randomized on the page; then mail and cache."""

    def look(observer: Observer) -> Answers:
        answers: dict[Question, Answer] = {}
        before = len(randomized_participants())
        for person in Participant.objects.all():
            url = reverse("randomization:randomize", args=[person.number])
            fields = {"number": person.number}
            add_answer(answers, url, "CO", observer.post("CO", url, fields))
            add_answer(answers, f"{url} after", "IN", observer.get("IN", url))
        assert len(randomized_participants()) > before
        assert digest.write(clock.today()) > 2
        add_answer(answers, "mail", "-", text_answer(messages()))
        cache = caches["default"]._cache  # type: ignore[attr-defined]
        add_answer(answers, "cache", "-", text_answer(repr(sorted(cache))))
        return answers

    assert differences_between(worlds, look) == []


def messages() -> str:
    """Every message to somebody who must not know an arm, in order."""
    received = Message.objects.filter(recipient__role__in=ROLES)
    rows = received.order_by("queued_at", "key", "recipient_id").values_list(
        "recipient__username", "key", "subject", "text", "state"
    )
    assert len(rows) > 5
    return "\n".join(map(repr, rows))


@pytest.mark.verifies("AUD-10")
def test_what_the_unblinded_see_does_differ(worlds):
    """The comparison is not blind itself: the pharmacist's pages are not alike."""

    def look(observer: Observer) -> Answers:
        answers: dict[Question, Answer] = {}
        for name in ("randomization:lots", "entry:matrix", "review:queries"):
            add_answer(answers, name, "UP", observer.get("UP", reverse(name)))
        return answers

    lines = differences_between(worlds, look)

    assert {line.split()[1].removesuffix(":") for line in lines} >= {
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
        (leaks.a_log_line, "log", "visits:schedule"),
        (leaks.a_file_name, "headers", "exports:download"),
        (leaks.a_statement, "statements", "entry:casebook"),
    ],
)
def test_a_planted_leak_is_caught(worlds, monkeypatch, leak, part, name):
    def look(observer: Observer) -> Answers:
        with_role = (
            question for question in questions((name,)) if question.role in ("CO", "MO")
        )
        return observer.ask(islice(with_role, 2))

    assert differences_between(worlds, look) == []

    leak(monkeypatch)

    assert f" {part}: " in "".join(differences_between(worlds, look))


@pytest.mark.verifies("RND-04", "AUD-10")
def test_neither_a_dump_nor_a_log_tells_an_arm(worlds, caplog):
    world, _other = worlds
    with world.activated(), caplog.at_level("DEBUG"):
        arms = set(arms_of(randomized_participants()).values())
        Observer().get("CO", reverse("entry:matrix"))
        texts = {"dump": dump(), "web": caplog.text, "server": server_log()}

    assert arms == {"MSC", "SALINE"}
    assert {name: readable(text, ARM) for name, text in texts.items()} == {
        name: [] for name in texts
    }
    assert readable(texts["dump"] + base64.b64encode(b"arm: MSC").decode(), ARM)
