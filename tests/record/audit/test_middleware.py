"""The trace of a request: where it came from."""

import pytest
from django.test import RequestFactory

from record.audit.middleware import address_of


def request(**headers: str):
    """Return a request that the proxy at 10.0.0.1 passed on."""
    return RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("127.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("made up", ""),
    ],
)
def test_behind_the_proxy_its_own_last_word_counts(settings, told, address):
    settings.TLS = True

    assert address_of(request(**{"X-Forwarded-For": told})) == address


def test_without_a_proxy_nobody_can_tell_another_address(settings):
    settings.TLS = False

    assert address_of(request(**{"X-Forwarded-For": "203.0.113.7"})) == "10.0.0.1"
