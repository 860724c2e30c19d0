"""A gateway of text messages."""

import pytest

from tests.record.notices.gateway import gateway


@pytest.fixture
def box(settings):
    """Run a gateway; the site's telephone is set up."""
    settings.SITE_PHONE = "010-66887329"
    settings.PARTICIPANT_REPLY_TO = "clinic@example.org"
    with gateway() as server:
        settings.SMS_GATEWAY_URL = server.url
        yield server
