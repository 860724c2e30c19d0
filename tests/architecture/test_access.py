"""Every page × every role, against the written role matrix."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from record.accounts.roles import Role
from tests.architecture.access_table import ACCESS, World
from tests.people import person

FORBIDDEN, NOT_FOUND = 403, 404
# Pages whose reading is itself a recorded act: an arm seen, a file downloaded.
LOGGED_VIEWS = {
    "randomization:preparations",
    "randomization:preparation",
    "randomization:label",
    "randomization:opened_code",
    "exports:download",
    "entry:file",
    "imports:original",
}


def url_names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from url_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


NAMES = sorted(set(url_names(get_resolver())))


@pytest.fixture
def world(db: None) -> World:
    return World(people={role.value: person(role) for role in Role})


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=ACCESS[name].kwargs(world))


@pytest.mark.verifies("ACC-03")
def test_each_page_has_its_row_and_each_row_its_page():
    assert sorted(ACCESS) == NAMES


@pytest.mark.slow
@pytest.mark.verifies("ACC-02", "ACC-03")
def test_each_page_opens_to_the_roles_of_its_row_alone(world):
    """One signed-in tab a role asks for every page; reading writes nothing."""
    refused: dict[str, set[str]] = {name: set() for name in NAMES}
    written: dict[str, list[str]] = {}
    for role, user in world.people.items():
        client = Client()
        client.force_login(user)
        for name in NAMES:
            client.get("/accounts/keep-alive/")  # the session exists and was seen
            with CaptureQueriesContext(connection) as captured:
                response = client.get(address(name, world))
            row = ACCESS[name]
            if response.status_code == (NOT_FOUND if row.hidden else FORBIDDEN):
                refused[name].add(role)
            elif not row.public and left_out(response):
                refused[name].add(f"{role} signed out")
            if writes := written_by(captured.captured_queries):
                written[name] = writes

    everybody = set(world.people)
    assert refused == {name: everybody - ACCESS[name].roles for name in NAMES}
    assert set(written) <= LOGGED_VIEWS, written


def left_out(response: HttpResponse) -> bool:
    """Tell whether the page led to the sign-in page."""
    sign_in = reverse(settings.LOGIN_URL)
    return response.headers.get("Location", "").startswith(sign_in)


def written_by(queries: list[dict[str, str]]) -> list[str]:
    """Return the statements that changed rows, sessions apart."""
    return [
        query["sql"]
        for query in queries
        if query["sql"].startswith(("INSERT", "UPDATE", "DELETE", "SELECT audit_act"))
        and "django_session" not in query["sql"]
    ]


@pytest.mark.verifies("ACC-02")
def test_each_page_without_session_leads_to_sign_in(world):
    asked_in = {name: left_out(Client().get(address(name, world))) for name in NAMES}

    assert asked_in == {name: not ACCESS[name].public for name in NAMES}


@pytest.mark.verifies("ACC-02")
def test_no_page_takes_anything_without_session(world):
    """Open: sign-in and its language, recovery, a password, health, the gateway.

    Also an address for laboratory files, which asks for a credential, and the
    calendar feed, which takes nothing and answers to a token alone.
    """
    asked_in = {name: left_out(Client().post(address(name, world))) for name in NAMES}

    assert {name for name, is_closed in asked_in.items() if not is_closed} == {
        "accounts:sign_in",
        "accounts:recover",
        "accounts:set_password",
        "imports:receive",
        "healthz",
        "set_language",
        "visits:inbound",  # answers 401 without the secret
        "visits:feed",
    }
