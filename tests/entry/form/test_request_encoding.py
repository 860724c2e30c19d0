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


@pytest.mark.parametrize(
    "charset", ["utf-16", "latin-1", "gbk", "rot13", "base64", "idna", "nonsense"]
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
def test_a_form_in_another_encoding_is_refused_by_a_page(form, kind, charset):
    page = reverse("entry:form", args=[form.pk])
    body = b"--x--\r\n" if "boundary" in kind else b"save_as=draft&reason=a"

    answer = signed_in("CO").generic("POST", page, body, f"{kind}; charset={charset}")

    assert (answer.status_code, "Not saved" in answer.content.decode()) == (BAD, True)
    assert value_of(form, "reason") is None


def test_more_than_a_request_may_hold_is_refused_by_a_page(form):
    page = reverse("entry:form", args=[form.pk])

    answer = signed_in("CO").post(page, {"reason": "a"}, CONTENT_LENGTH="99000000")

    assert (answer.status_code, "Not saved" in answer.content.decode()) == (413, True)


def test_a_lost_character_in_a_part_of_a_form_is_refused_beside_its_item(form):
    answer = send(signed_in("CO"), form, interrupted="Y", reason="a\ufffdb")

    assert answer.status_code == UNPROCESSABLE
    assert "U+FFFD REPLACEMENT CHARACTER" in answer.content.decode()
