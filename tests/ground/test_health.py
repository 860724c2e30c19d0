"""The address that tells whether the system works, asked by anybody."""

import pytest
from django.db import connection
from django.test import Client

from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def clients():
    """Nobody, a person who is signed in, and a cookie of no session."""
    signed_in, stranger = Client(), Client()
    signed_in.force_login(person("CO"))
    signed_in.get("/accounts/keep-alive/")
    stranger.cookies["sessionid"] = "x" * 32
    return Client(), signed_in, stranger


def answers(asking):
    replies = [client.get("/healthz") for client in asking]
    return {(reply.status_code, reply.json()["status"]) for reply in replies}


def test_a_database_that_is_away_is_told_to_whoever_asks():
    asking = clients()
    with pytest.MonkeyPatch.context() as patch:
        connection.close()
        patch.setitem(connection.settings_dict, "HOST", "/nonexistent")
        away = answers(asking)
        connection.close()

    assert away == {(503, "no database")}
    assert answers(asking) == {(200, "ok")}


def test_no_request_waits_for_a_lock_or_a_lost_session_for_ever():
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with connection.cursor() as cursor:
        limits = {}
        for name in names:
            cursor.execute(f"SHOW {name}")
            limits[name] = cursor.fetchone()[0]

    assert limits == dict(zip(names, ("20s", "10min", "10min"), strict=True))


def test_no_request_waits_for_a_machine_that_is_gone():
    with connection.cursor():
        parameters = connection.connection.info.dsn_parameters

    limits = ("connect_timeout", "keepalives_idle", "tcp_user_timeout")
    assert [parameters[limit] for limit in limits] == ["5", "15", "20000"]


def test_asking_prolongs_no_session():
    client = clients()[1]
    before = dict(client.session.items())

    client.get("/healthz")

    assert dict(client.session.items()) == before
