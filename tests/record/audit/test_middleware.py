"""The trace of a request: where it came from."""

import pytest
from django.test import RequestFactory

from record.audit.middleware import client_address


def request(**headers: str):
    """Make a request that the proxy at 10.0.0.1 passed on."""
    return RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", headers=headers)


@pytest.mark.parametrize(
    ("forwarded_for", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("127.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("made up", ""),
    ],
)
def test_behind_the_proxy_its_own_last_word_counts(settings, forwarded_for, address):
    settings.TLS = True

    assert client_address(request(**{"X-Forwarded-For": forwarded_for})) == address


def test_without_a_proxy_nobody_can_tell_another_address(settings):
    settings.TLS = False

    assert client_address(request(**{"X-Forwarded-For": "203.0.113.7"})) == "10.0.0.1"
