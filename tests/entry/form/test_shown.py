"""Nobody signs or verifies what was not shown."""

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Reason
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.review.models import Signature, Verification
from tests.entry.form.pages import complete, signed_in
from tests.people import PASSWORD, person
from tests.shown import shown

pytestmark = [pytest.mark.django_db, pytest.mark.verifies("SIG-03")]
MISTAKE = Reason("error", "wrong line of the report")


@pytest.fixture
def creatinine(form: FormInstance) -> FormInstance:
    complete(signed_in("CO"), form)
    return form


def correct(form: FormInstance, value: str) -> None:
    """Another person corrects the creatinine."""
    values, reasons = {"creatinine": (value, "umol/L")}, {"creatinine": MISTAKE}
    save(form, values, by=person("CO", username="other"), reasons=reasons)


def test_a_value_that_changed_under_the_page_is_not_signed(creatinine):
    client, url = Client(), reverse("entry:sign", args=[creatinine.pk])
    client.force_login(person("IN", password=PASSWORD))
    identity = {"username": "in", "password": PASSWORD}
    seen = shown(client, url) | identity
    correct(creatinine, "500")

    refused = client.post(url, seen)
    signed = client.post(url, shown(client, url) | identity)

    page = refused.content.decode()
    assert "This changed since it was shown to you: Creatinine." in page
    assert "500 umol/L" in page
    assert (refused.status_code, signed.status_code) == (200, 302)
    signature = Signature.objects.get()
    creatinine.refresh_from_db()
    assert signature.holds_for(creatinine)


@pytest.mark.parametrize("seen", [{}, {"based_on": ""}, {"based_on": "999"}])
def test_without_a_page_that_was_shown_nothing_is_signed(creatinine, seen):
    client, url = Client(), reverse("entry:sign", args=[creatinine.pk])
    client.force_login(person("IN", password=PASSWORD))

    client.post(url, seen | {"username": "in", "password": PASSWORD})

    assert not Signature.objects.exists()


def test_an_item_that_changed_under_its_panel_is_not_verified(creatinine):
    monitor = signed_in("MO")
    url = reverse("entry:panel", args=[creatinine.pk, "creatinine"])
    seen = shown(monitor, url) | {"action": "verify"}
    correct(creatinine, "500")

    refused = monitor.post(url, seen)
    verified = monitor.post(url, shown(monitor, url) | {"action": "verify"})

    page = refused.content.decode()
    assert "This changed since it was shown to you: Creatinine." in page
    assert "500 umol/L" in page
    assert verified.status_code == 302
    assert Verification.objects.get().items == {"creatinine": 2}


def test_an_item_is_verified_though_another_one_changed(creatinine):
    monitor = signed_in("MO")
    url = reverse("entry:panel", args=[creatinine.pk, "taken_at"])
    seen = shown(monitor, url) | {"action": "verify"}
    correct(creatinine, "500")

    monitor.post(url, seen)

    assert Verification.objects.get().items == {"taken_at": 1}


def test_all_items_are_verified_as_shown_or_none(creatinine):
    monitor = signed_in("MO")
    page = reverse("entry:form", args=[creatinine.pk])
    url = reverse("entry:verify_form", args=[creatinine.pk])
    seen = shown(monitor, page)
    correct(creatinine, "500")

    refused = monitor.post(url, seen, follow=True)
    assert not Verification.objects.exists()
    monitor.post(url, shown(monitor, page))

    assert "This changed since it was shown to you: Creatinine." in refused.text
    assert Verification.objects.get().items == {
        "taken_at": 1,
        "creatinine": 2,
        "interrupted": 1,
    }
