"""Requests whose texts are not in UTF-8, and texts that lost a character."""

import pytest
from django.urls import reverse

from tests.entry.form.pages import UNPROCESSABLE, send, signed_in, value_of

pytestmark = pytest.mark.django_db
BAD = 400


@pytest.mark.parametrize(
    "text", [b"%FF", b"\xff", b"%ED%A0%80", b"%C0%80", b"\xd6\xd0"]
)
def test_no_text_of_a_request_is_other_than_utf8(form, text):
    """Read as U+FFFD it would be stored as another text."""
    client, kind = signed_in("CO"), "application/x-www-form-urlencoded"
    page = reverse("entry:form", args=[form.pk])

    posted = client.generic("POST", page, b"action=draft&reason=" + text, kind)
    address = client.generic("GET", "/", QUERY_STRING=text.decode("latin-1"))

    assert {posted.status_code, address.status_code} == {BAD}
    assert value_of(form, "reason") is None


def test_a_lost_character_in_a_part_of_a_form_is_refused_beside_its_item(form):
    answer = send(signed_in("CO"), form, interrupted="Y", reason="a\ufffdb")

    assert answer.status_code == UNPROCESSABLE
    assert "U+FFFD REPLACEMENT CHARACTER" in answer.content.decode()
