"""Tries of strangers: counted exactly, stopped, and told by one entry a window."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from imports.models import ImportedFile
from record.audit import floods
from record.audit.attribution import RequestTrace, current_trace
from record.audit.models import Entry, TryCount
from record.audit.tasks import list_counted_tries
from record.notices.models import Message
from tests.imports import stage
from tests.people import person
from trial_edc import clock

RECEIVE = "/imports/receive/"
UNAUTHORIZED, TOO_MANY = 401, 429


def post(address="203.0.113.7", credential="guess", content=b"a,b\n1,2\n"):
    return Client(REMOTE_ADDR=address).post(
        RECEIVE,
        content,
        content_type="text/csv",
        headers={"Authorization": f"Bearer {credential}", "X-Filename": "night.csv"},
    )


def refusals():
    entries = Entry.objects.filter(act="import_refused").order_by("id")
    return [entry.new_values for entry in entries]


def after_the_window():
    with clock.shifted(timedelta(minutes=16)):
        return list_counted_tries()


@pytest.fixture
def from_address():
    tokens = []

    def come(address):
        tokens.append(current_trace.set(RequestTrace("", address)))

    yield come
    for token in reversed(tokens):
        current_trace.reset(token)


@pytest.mark.django_db
@pytest.mark.verifies("ACC-16", "ACC-17")
def test_nine_hundred_posts_are_ten_entries_and_one_that_counts():
    statuses = [post().status_code for _ in range(900)]
    own = refusals()

    ended = after_the_window()

    assert statuses == [UNAUTHORIZED] * 30 + [TOO_MANY] * 870
    assert own == [{"source": "", "file": "night.csv", "why": "unknown"}] * 10
    *_own, counted = refusals()
    assert (ended, len(_own)) == (1, 10)
    assert counted == {
        "count": 890,
        "from": "2026-04-14T04:00:00+00:00",
        "until": "2026-04-14T04:15:00+00:00",
        "origins": 1,
        "busiest": {"203.0.113.7": 890},
    }
    assert not TryCount.objects.exists()
    assert after_the_window() == 0


@pytest.mark.django_db
def test_refusal_says_when_the_next_try_is_looked_at(settings):
    settings.TRIES_PER_ADDRESS = 1
    post()

    answer = post()

    assert (answer.status_code, answer["Retry-After"]) == (TOO_MANY, "900")
    with clock.shifted(timedelta(seconds=900)):
        assert post().status_code == UNAUTHORIZED


@pytest.mark.django_db
def test_a_right_credential_is_taken_during_a_flood_from_its_own_address():
    people = [person(role) for role in ("DM", "PI")]
    _source, credential = stage.source(*people)
    for _ in range(40):
        post()

    assert post(credential=credential).status_code == 201
    assert ImportedFile.objects.count() == 1


@pytest.mark.django_db
def test_one_address_uses_up_nothing_of_others(settings):
    settings.TRIES_IN_ALL = 35
    for _ in range(100):
        post()

    assert post("198.51.100.1").status_code == UNAUTHORIZED


@pytest.mark.django_db
def test_many_addresses_are_stopped_together(settings):
    settings.TRIES_IN_ALL, settings.ENTRIES_IN_ALL = 20, 5

    statuses = [post(f"203.0.113.{last}").status_code for last in range(30)]
    after_the_window()

    assert statuses == [UNAUTHORIZED] * 20 + [TOO_MANY] * 10
    *own, counted = refusals()
    assert len(own) == 5
    assert (counted["count"], counted["origins"], len(counted["busiest"])) == (
        25,
        25,
        10,
    )


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
    ],
)
def test_origin_of_an_address(address, origin):
    assert floods.origin_of(address) == origin


@pytest.mark.django_db
def test_addresses_before_the_proxys_own_are_nobody(settings):
    settings.TLS, settings.SECURE_SSL_REDIRECT = True, False
    settings.TRIES_PER_ADDRESS = 3
    seen = "203.0.113.7"
    spoofed = [{"X-Forwarded-For": f"198.51.100.{n}, {seen}"} for n in range(6)]

    statuses = [
        Client().post(RECEIVE, b"", content_type="text/csv", headers=one).status_code
        for one in spoofed
    ]

    assert statuses == [UNAUTHORIZED] * 3 + [TOO_MANY] * 3


@pytest.mark.django_db
def test_what_came_in_is_no_failure(from_address, settings):
    settings.TRIES_PER_ADDRESS = 2
    from_address("203.0.113.7")

    for _ in range(10):
        floods.uncount(floods.begin("sign_in_refused"))

    assert set(TryCount.objects.values_list("tries", "unlisted")) == {(0, 0)}


@pytest.mark.django_db
@pytest.mark.verifies("ACC-13")
def test_administrators_are_told_once_a_day_of_each_kind(settings):
    settings.TRIES_PER_ADDRESS = 2
    administrator = person("AD")

    for address in ("203.0.113.7", "203.0.113.8"):
        for _ in range(20):
            post(address)

    flooded = Message.objects.filter(occasion="tries_flooded")
    assert [message.recipient for message in flooded] == [administrator]
    assert "from one address" in flooded[0].text


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_exactly(settings):
    settings.TRIES_PER_ADDRESS = settings.ENTRIES_PER_ADDRESS = 10
    statuses, start = [], threading.Barrier(8)

    def flood():
        start.wait()
        statuses.extend(post().status_code for _ in range(5))
        connection.close()

    threads = [threading.Thread(target=flood) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after_the_window()

    assert sorted(statuses) == [UNAUTHORIZED] * 10 + [TOO_MANY] * 30
    *own, counted = refusals()
    assert (len(own), counted["count"]) == (10, 30)


@pytest.mark.django_db(transaction=True)
def test_two_tasks_at_once_tell_each_try_once():
    for last in range(20):
        for _ in range(11):
            post(f"203.0.113.{last}")
    own, results = len(refusals()), []

    def list_ended():
        results.append(list_counted_tries())
        connection.close()

    with clock.shifted(timedelta(minutes=16)):
        threads = [threading.Thread(target=list_ended) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    counted = [details["count"] for details in refusals() if "count" in details]
    assert own + sum(counted) == 220
