"""Several pages signed with one credential: those opened by the person, each alone."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.models import Entry
from record.capture.services.forms import save
from record.review.models import Signature
from record.review.selectors import valid_signature
from tests.people import PASSWORD, STAGE, person
from tests.record.capture.saving import WHY
from tests.sample_room.people import A_SAMPLE, sample

pytestmark = pytest.mark.django_db
PAGE = reverse("entry:sign_several")
CASEBOOK = reverse("entry:sign_casebook", args=["S-001Z"])
IDENTITY = {"username": "pi", "password": PASSWORD}


@pytest.fixture
def client():
    client = Client()
    client.force_login(person("PI", password=PASSWORD))
    return client


@pytest.fixture
def forms():
    return [
        save(sample(number), A_SAMPLE, by=STAGE, complete=True).form
        for number in (1, 2, 3)
    ]


def open_page(client, form):
    client.get(reverse("entry:sign", args=[form.pk]))


def boxes(client):
    text = client.get(PAGE).content.decode()
    return re.findall(r'name="pages" value="([^"]+)"', text)


def change(form):
    save(form, {"weight_kg": "70"}, by=STAGE, reasons={"weight_kg": WHY})


@pytest.mark.verifies("SIG-02", "SIG-03", "SIG-10")
def test_opened_pages_are_signed_together_and_each_alone(client, forms):
    for form in forms[:2]:
        open_page(client, form)
    keys = boxes(client)
    unopened = reverse("entry:sign", args=[forms[2].pk])
    assert f'<a href="{unopened}">' in client.get(PAGE).content.decode()

    answer = client.post(PAGE, IDENTITY | {"pages": keys})

    assert answer.status_code == 302
    signed = [valid_signature(form) for form in forms]
    assert [bool(one) for one in signed] == [True, True, False]
    assert len(keys) == len({one.pk for one in signed if one}) == 2
    assert Entry.objects.filter(act="signed").count() == 2
    assert boxes(client) == []


@pytest.mark.verifies("SIG-03")
def test_a_page_that_changed_since_it_was_opened_is_not_signed(client, forms):
    for form in forms:
        open_page(client, form)
    keys = boxes(client)
    change(forms[0])

    answer = client.post(PAGE, IDENTITY | {"pages": keys}, follow=True)

    signed = [bool(valid_signature(form)) for form in forms]
    assert signed == [False, True, True]
    text = answer.content.decode()
    assert "It changed since you opened it, or is signed." in text
    assert "2 pages are signed." in text


def test_what_another_person_opened_is_nothing_that_one_signs(client, forms):
    other = Client()
    other.force_login(person("IN", password=PASSWORD))
    open_page(other, forms[0])
    (key,) = boxes(other)

    client.post(PAGE, IDENTITY | {"pages": [key]})

    assert boxes(client) == []
    assert not Signature.objects.exists()


@pytest.mark.verifies("SIG-06")
@pytest.mark.parametrize("typed", [{"password": "wrong"}, {"pages": []}])
def test_without_password_or_choice_nothing_is_signed_and_the_choice_stays(
    client, forms, typed
):
    open_page(client, forms[0])
    (key,) = boxes(client)

    answer = client.post(PAGE, IDENTITY | {"pages": [key]} | typed)

    assert answer.status_code == 200
    assert not Signature.objects.exists()
    is_chosen = f'value="{key}" checked' in answer.content.decode()
    assert is_chosen is bool(typed.get("pages", [key]))


def test_a_casebook_is_refused_while_its_forms_wait_and_signed_after(client, forms):
    client.get(CASEBOOK)
    (casebook,) = boxes(client)

    refusal = client.post(PAGE, IDENTITY | {"pages": [casebook]}, follow=True)
    for form in forms:
        open_page(client, form)
    client.post(PAGE, IDENTITY | {"pages": boxes(client)})

    assert "Something is missing before this can be signed." in refusal.content.decode()
    assert Signature.objects.filter(form=None).count() == 1
    assert all(valid_signature(form) for form in forms)
    assert boxes(client) == []
