"""No key lowers a state: a form returns to draft by an act with its reason."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from record.casebook.models import FormInstance
from record.review.models import Signature
from tests.entry.form.pages import FORBIDDEN, complete, send, signed_in
from tests.people import PASSWORD, person
from tests.shown import shown

pytestmark = pytest.mark.django_db
WHY = {"text": "The wrong visit."}
BUTTON = re.compile(r"<button[^>]*data-save-key[^>]*>\s*([^<]*?)\s*</button>")


@pytest.fixture
def coordinator() -> Client:
    return signed_in("CO")


@pytest.fixture
def signed(coordinator: Client, form: FormInstance) -> FormInstance:
    complete(coordinator, form)
    client, url = Client(), reverse("entry:sign", args=[form.pk])
    client.force_login(person("IN", password=PASSWORD))
    identity = {"username": "in", "password": PASSWORD}
    client.post(url, shown(client, url) | identity)
    form.refresh_from_db()
    assert Signature.objects.get().holds_for(form)
    return form


def page_of(client: Client, form: FormInstance) -> str:
    return client.get(reverse("entry:form", args=[form.pk])).content.decode()


def return_to_draft(client: Client, form: FormInstance, **typed: str):
    url = reverse("entry:back_to_draft", args=[form.pk])
    return client.post(url, typed, follow=True)


@pytest.mark.parametrize("action", ["draft", "next", "complete", ""])
def test_a_save_without_changes_leaves_a_signed_form_as_it_was(
    coordinator, signed, action
):
    before = FormInstance.objects.filter(pk=signed.pk).values().get()

    answer = send(coordinator, signed, save_as=action)

    assert answer.status_code == 302
    assert FormInstance.objects.filter(pk=signed.pk).values().get() == before
    assert Signature.objects.get().holds_for(signed)


def test_the_key_that_saves_keeps_the_state(coordinator, form):

    as_draft = BUTTON.findall(page_of(coordinator, form))
    complete(coordinator, form)
    as_complete = BUTTON.findall(page_of(coordinator, form))

    assert (as_draft, as_complete) == (["Save draft"], ["Save changes"])
    assert 'value="draft"' not in page_of(coordinator, form)


@pytest.mark.verifies("SIG-04")
def test_a_return_to_draft_voids_the_signature_and_says_so(coordinator, signed):
    answer = return_to_draft(coordinator, signed, **WHY)

    signed.refresh_from_db()
    assert signed.status == "draft"
    assert not Signature.objects.get().holds_for(signed)
    text = answer.content.decode()
    assert "A draft again. Complete it when it is right." in text
    assert "Return to draft…" not in text
    again = return_to_draft(coordinator, signed, **WHY).content.decode()
    assert "That was done already; nothing changed." in again


@pytest.mark.parametrize("typed", [{}, {"text": " "}])
def test_a_return_to_draft_without_reason_is_refused(coordinator, signed, typed):
    answer = return_to_draft(coordinator, signed, **typed)

    signed.refresh_from_db()
    assert signed.status == "complete"
    assert "Write the reason; nothing changed." in answer.content.decode()


def test_who_reads_a_form_does_not_return_it(signed):
    client = signed_in("MO")

    answer = return_to_draft(client, signed, **WHY)

    signed.refresh_from_db()
    assert (answer.status_code, signed.status) == (FORBIDDEN, "complete")
    assert "Return to draft…" not in page_of(client, signed)
