"""The form page after the entry: signature, history, verification, lock; by whom."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.capture.services.forms import save
from record.casebook.models import Participant
from record.casebook.services.form_instances import add_row, ensure_form
from record.review.models import Query, Verification
from tests.entry.form.pages import (
    CONFLICT,
    FORBIDDEN,
    NOT_FOUND,
    complete,
    send,
    signed_in,
    text_of,
    value_of,
)
from tests.people import PASSWORD, STAGE, person
from tests.shown import shown
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("ACC-05")
@pytest.mark.parametrize("role", ["MO", "DM", "BR"])
def test_who_reads_does_not_write(form, role):
    client = signed_in(role)

    page = client.get(reverse("entry:form", args=[form.pk]))
    answer = send(client, form, weight_kg="70")

    form.refresh_from_db()
    assert page.status_code == 200
    assert 'name="weight_kg"' not in page.content.decode()
    assert answer.status_code == FORBIDDEN
    assert form.revision == 0


def test_a_judgement_is_not_taken_from_a_coordinator(form):
    client = signed_in("CO")

    page = client.get(reverse("entry:form", args=[form.pk]))
    send(client, form, weight_kg="70", grade="3")

    form.refresh_from_db()
    assert 'name="grade"' not in page.content.decode()
    assert value_of(form, "grade") is None


def test_a_restricted_form_does_not_exist_for_blinded_roles():
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-002B", sequence=2)
        secret = ensure_form(participant, "ZZB")

    answers = {
        role: signed_in(role).get(reverse("entry:form", args=[secret.pk])).status_code
        for role in ("CO", "IN", "MO", "DM", "UP")
    }

    expected = dict.fromkeys(("CO", "IN", "MO", "DM"), NOT_FOUND) | {"UP": 200}
    assert answers == expected


@pytest.mark.verifies("SIG-01", "SIG-04")
def test_a_signature_holds_until_the_form_changes(form):
    investigator = person("IN", password=PASSWORD)
    client = Client()
    client.force_login(investigator)
    complete(client, form)
    url = reverse("entry:sign", args=[form.pk])

    wrong = client.post(url, {"username": "in", "password": "wrong"})
    right = {"username": "in", "password": PASSWORD}
    signed = client.post(url, shown(client, url) | right)
    text = client.get(reverse("entry:form", args=[form.pk])).content.decode()
    save(form, {"weight_kg": "70"}, by=investigator)
    broken = client.get(reverse("entry:form", args=[form.pk])).content.decode()

    assert wrong.status_code == 200
    assert signed.status_code == 302
    assert "Investigator Doe (Investigator)" in text
    at = clock.now().astimezone(dates.SITE_TZ)
    pattern = r"Investigator Doe \(Investigator\) · (.*?)\s*</li>"
    (line,) = re.findall(pattern, text, re.DOTALL)
    plain = re.sub(r"<[^>]+>", "", line)
    assert re.fullmatch(
        rf"{at:%Y-%m-%d} \d\d:\d\d Asia/Shanghai · I have reviewed this sample\.", plain
    )
    assert "Signature no longer holds" not in text
    assert "Signature no longer holds" in broken


@pytest.mark.real_clock  # the server stamps entries
@pytest.mark.verifies("AUD-08")
def test_history_of_an_item_is_one_click_away_and_in_words(form):
    client, page = signed_in("CO"), reverse("entry:form", args=[form.pk])
    monitor = str(person("MO").pk)
    complete(client, form, place="icu", by=monitor)
    reason = {"place__reason": "transcription", "place__reason_text": "misread"}
    complete(client, form, place="ward", by=monitor, **reason)
    at = f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%d}"

    text = client.get(page).content.decode()
    panel, other = (
        reverse("entry:panel", args=[form.pk, name]) for name in ("place", "by")
    )
    history = text_of(client.get(panel))
    person_named = text_of(client.get(other))

    assert f'href="{panel}"' in text
    deeds = re.sub(
        rf"{at} \d\d:\d\d", "AT", history.partition("Not verified. History ")[2]
    )
    assert deeds.startswith(
        "ICU → Ward Coordinator Doe (Coordinator) · AT Asia/Shanghai · revision 2 "
        "Reason: Transcription error — misread "
        "— → ICU Coordinator Doe (Coordinator) · AT Asia/Shanghai · revision 1 "
    )
    assert "Place" in history
    assert "— → Monitor Doe" in person_named


@pytest.mark.verifies("AUD-06")
def test_a_row_struck_out_stays_with_who_when_and_why():
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-003C", sequence=3)
    row = add_row(participant, "CMD", by=STAGE)
    save(row, {"drug": "Furosemide"}, by=STAGE)
    client = signed_in("CO")

    fields = {"act": "strike", "code": "entered_twice", "text": "see row 1"}
    client.post(reverse("entry:strike", args=[row.pk]), fields)
    page = text_of(client.get(reverse("entry:form", args=[row.pk])))
    log = client.get(reverse("entry:log", args=["S-003C", "CMD"]))

    at = f"{clock.now().astimezone(dates.SITE_TZ):%Y-%m-%d}"
    assert re.search(
        rf"Struck out {at} \d\d:\d\d Asia/Shanghai · Coordinator Doe "
        r"\(Coordinator\) · Reason: Entered twice — see row 1",
        page,
    )
    assert "Furosemide" in text_of(log)
    assert 'class="struck"' in log.content.decode()
    assert value_of(row, "drug") == "Furosemide"


def test_verification_and_a_query_from_the_side_panel(form):
    coordinator, monitor = signed_in("CO"), signed_in("MO")
    send(coordinator, form, weight_kg="70")
    panel = reverse("entry:panel", args=[form.pk, "weight_kg"])
    htmx = {"HX-Request": "true"}

    monitor.post(panel, {"action": "raise", "text": "Which scale?"}, headers=htmx)
    query = Query.objects.get()
    answered = {"action": "answer", "query": query.pk, "text": "Bed scale."}
    answered["based_on"] = 1
    coordinator.post(panel, answered, headers=htmx)
    closing = {"action": "close", "query": query.pk, "text": "Thank you."}
    closing["based_on"] = 2
    refused = coordinator.post(panel, closing, headers=htmx)
    monitor.post(panel, closing, headers=htmx)
    verifying = shown(monitor, panel) | {"action": "verify"}
    monitor.post(panel, verifying, headers=htmx)

    query.refresh_from_db()
    assert refused.status_code == FORBIDDEN
    assert query.state == "closed"
    assert Verification.objects.get().items == {"weight_kg": 1}


def test_a_locked_form_refuses_and_says_so(form):
    coordinator, manager = signed_in("CO"), signed_in("DM")
    url = reverse("entry:close", args=[form.pk])

    manager.post(url, {"action": "lock", "text": ""})
    unlocked = send(coordinator, form, weight_kg="70")
    manager.post(url, {"action": "lock", "text": "cleaned"})
    refused = send(coordinator, form, weight_kg="71")

    assert unlocked.status_code == 302
    assert refused.status_code in (FORBIDDEN, CONFLICT)
    assert str(value_of(form, "weight_kg")) == "70.0"
