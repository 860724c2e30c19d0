"""Every page × every role, against the written role matrix."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.roles import Role
from tests.architecture.access_table import ACCESS, World
from tests.people import person

FORBIDDEN, NOT_FOUND = 403, 404


def url_names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Walk the names of all addresses."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from url_names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


NAMES = sorted(set(url_names(get_resolver())))


@pytest.fixture
def world(db: None) -> World:
    """One person a role."""
    return World(people={role.value: person(role) for role in Role})


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=ACCESS[name].kwargs(world))


@pytest.mark.verifies("ACC-03")
def test_each_page_has_its_row_and_each_row_its_page():
    assert sorted(ACCESS) == NAMES


@pytest.mark.verifies("ACC-02", "ACC-03")
@pytest.mark.parametrize("name", [name for name in NAMES if name in ACCESS])
def test_page_opens_to_the_roles_of_its_row_alone(name, world):
    row = ACCESS[name]
    sign_in = reverse(settings.LOGIN_URL)
    refused, left_out = set(), set()
    for role, user in world.people.items():
        client = Client()
        client.force_login(user)
        response = client.get(address(name, world))
        if response.status_code == (NOT_FOUND if row.hidden else FORBIDDEN):
            refused.add(role)
        elif not row.public and response.headers.get("Location", "").startswith(
            sign_in
        ):
            left_out.add(role)

    assert refused == set(world.people) - row.roles
    assert left_out == set()


@pytest.mark.verifies("ACC-02")
@pytest.mark.parametrize("name", [name for name in NAMES if name in ACCESS])
def test_page_without_session_leads_to_sign_in(name, world):
    response = Client().get(address(name, world))

    asked_in = response.headers.get("Location", "").startswith(
        reverse(settings.LOGIN_URL)
    )
    assert asked_in is not ACCESS[name].public
