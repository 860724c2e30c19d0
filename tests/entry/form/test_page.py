"""The form page: texts typed are saved, refused, merged, signed; by the right roles."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from record.audit.attribution import Source, attributed
from record.capture.services import autosaves
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.services.form_instances import add_row, ensure_form
from record.casebook.values import MissingCode
from record.review.models import Query, Verification
from tests.people import PASSWORD, STAGE, person
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
UNPROCESSABLE, CONFLICT, FORBIDDEN, NOT_FOUND = 422, 409, 403, 404


@pytest.fixture
def form() -> FormInstance:
    with attributed(by=STAGE, via=Source.COMMAND):
        participant = Participant.objects.create(number="S-001A", sequence=1)
        return ensure_form(participant, "ZZA", visit="ZZZ")


def posted(form: FormInstance, **values: object) -> dict[str, object]:
    """Return what the page sends when these controls were filled in."""
    return {
        "based_on": form.revision,
        "action": "draft",
        "places__shown": "1",
        "pauses__rows": "0",
        "creatinine__unit": "umol/L",
        **values,
    }


def send(client: Client, form: FormInstance, **values: object):
    return client.post(reverse("entry:form", args=[form.pk]), posted(form, **values))


def value_of(form: FormInstance, item: str) -> object:
    form = FormInstance.objects.get(pk=form.pk)
    return data_of(form, row_of(form)).values[item]


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(person(role))
    return client


@pytest.mark.verifies("AUD-01")
def test_a_draft_is_saved_with_author_and_revision(form):
    client = signed_in("CO")

    answer = send(
        client,
        form,
        weight_kg="70.5",
        creatinine="2",
        creatinine__unit="mg/dL",
        places=["icu", "ward"],
    )

    form.refresh_from_db()
    assert answer.status_code == 302
    assert (form.status, form.revision, form.saved_by.role) == ("draft", 1, "CO")
    assert str(value_of(form, "weight_kg")) == "70.5"
    assert str(value_of(form, "creatinine")) == "2 mg/dL"
    assert value_of(form, "places") == ["ward", "icu"]


def test_bad_input_is_shown_again_and_nothing_is_stored(form):
    client = signed_in("CO")

    answer = send(client, form, weight_kg="abc", reason="kept words", interrupted="Y")

    form.refresh_from_db()
    text = answer.content.decode()
    assert answer.status_code == UNPROCESSABLE
    assert form.revision == 0
    assert 'value="abc"' in text
    assert 'value="kept words"' in text
    assert "“abc” is not a number." in text


def test_required_items_are_listed_with_links_only_when_completing(form):
    client = signed_in("CO")

    drafted = send(client, form, weight_kg="70")
    form.refresh_from_db()
    completed = send(client, form, weight_kg="70", action="complete")

    assert drafted.status_code == 302
    assert completed.status_code == UNPROCESSABLE
    assert 'href="#item-taken_at"' in completed.content.decode()


def complete(client: Client, form: FormInstance, **values: object) -> None:
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    answer = send(
        client,
        form,
        taken_at=taken_at,
        creatinine="80",
        interrupted="N",
        action="complete",
        **values,
    )
    assert answer.status_code == 302, answer.content.decode()
    form.refresh_from_db()


@pytest.mark.verifies("AUD-05")
def test_a_complete_form_asks_a_reason_per_changed_item(form):
    client = signed_in("CO")
    complete(client, form, weight_kg="70")

    refused = send(client, form, weight_kg="71", action="complete")
    reason = {"weight_kg__reason": "transcription", "weight_kg__reason_text": "typo"}
    page = client.get(reverse("entry:form", args=[form.pk]))
    stored = send(client, form, weight_kg="71", action="complete", **reason)

    form.refresh_from_db()
    assert refused.status_code == UNPROCESSABLE
    assert "Say why it changes." in refused.content.decode()
    assert "data-asks-reasons" in page.content.decode()
    assert stored.status_code == 302
    assert form.item_revisions["weight_kg"] == form.revision


@pytest.mark.verifies("QRY-10")
def test_two_entries_of_one_item_are_shown_side_by_side(form):
    first, second = signed_in("CO"), signed_in("IN")
    send(first, form, weight_kg="70")

    clash = send(second, form, weight_kg="80", grade="2")
    saved = second.post(
        reverse("entry:form", args=[form.pk]),
        {
            **posted(form, weight_kg="80", grade="2"),
            "based_on": 1,
            "weight_kg__side": "theirs",
        },
    )

    form.refresh_from_db()
    assert clash.status_code == CONFLICT
    assert "Keep the other entry: 70.0 kg" in clash.content.decode()
    assert 'value="80"' in clash.content.decode()
    assert saved.status_code == 302
    assert (str(value_of(form, "weight_kg")), str(value_of(form, "grade"))) == (
        "70.0",
        "2",
    )


def test_a_double_submit_is_harmless(form):
    client = signed_in("CO")

    answers = [send(client, form, weight_kg="70") for _click in range(2)]

    form.refresh_from_db()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert form.revision == 1


def test_a_hidden_value_is_erased_only_knowingly(form):
    client = signed_in("CO")
    send(client, form, interrupted="Y", reason="pain")
    form.refresh_from_db()

    refused = send(client, form, interrupted="N", reason="pain")
    before = value_of(form, "reason")
    erased = send(client, form, interrupted="N", reason="pain", erase="reason")

    assert refused.status_code == UNPROCESSABLE
    assert 'name="erase"' in refused.content.decode()
    assert before == "pain"
    assert erased.status_code == 302
    assert value_of(form, "reason") is None


def test_a_soft_check_is_kept_with_an_explanation(form):
    client = signed_in("CO")
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    values = {"taken_at": taken_at, "creatinine": "2000", "interrupted": "N"}

    refused = send(client, form, **values, action="complete")
    why = {"explain:ZZA.creatinine.soft": "seen twice"}
    stored = send(client, form, **values, **why, action="complete")

    query = Query.objects.get()
    assert refused.status_code == UNPROCESSABLE
    assert 'name="explain:ZZA.creatinine.soft"' in refused.content.decode()
    assert stored.status_code == 302
    assert query.state == "answered"


def test_what_was_explained_and_erased_is_not_asked_again(form):
    client = signed_in("CO")
    complete(client, form)
    taken_at = f"{clock.now() - timedelta(days=1):%Y-%m-%d %H:%M}"
    fields = {
        "taken_at": taken_at,
        "creatinine": "80",
        "interrupted": "Y",
        "reason": "pain",
    }
    why = {"__reason": "transcription", "__reason_text": "typo"}
    reasons = {
        n + p: text
        for n in ("taken_at", "interrupted", "reason", "creatinine")
        for p, text in why.items()
    }
    send(client, form, **fields, **reasons, action="complete")
    form.refresh_from_db()
    fields |= {"interrupted": "N", "creatinine": "2000"}

    explained = {"explain:ZZA.creatinine.soft": "seen twice", "erase": "reason"}
    refused = send(client, form, **fields, **explained, action="complete")
    stored = send(client, form, **fields, **explained, **reasons, action="complete")

    text = refused.content.decode()
    assert refused.status_code == UNPROCESSABLE
    assert 'value="seen twice"' in text
    assert '<input type="hidden" name="erase" value="reason">' in text
    assert stored.status_code == 302


def test_erasing_is_confirmed_for_the_items_that_were_shown(form):
    client = signed_in("CO")
    send(client, form, interrupted="Y", reason="pain")
    form.refresh_from_db()

    refused = send(client, form, interrupted="N", reason="pain", erase="weight_kg")

    assert refused.status_code == UNPROCESSABLE
    assert value_of(form, "reason") == "pain"


def test_a_missing_code_is_entered_instead_of_a_value(form):
    client = signed_in("CO")

    send(client, form, weight_kg="", weight_kg__missing="ND")

    form.refresh_from_db()
    assert value_of(form, "weight_kg") == MissingCode.NOT_DONE


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


@pytest.mark.verifies("ACC-14")
def test_typing_is_kept_and_given_back_to_its_author_alone(form):
    client, other = signed_in("CO"), signed_in("IN")
    client.post(reverse("entry:autosave", args=[form.pk]), posted(form, weight_kg="7"))

    mine = client.get(reverse("entry:form", args=[form.pk])).content.decode()
    back = client.get(reverse("entry:form", args=[form.pk]) + "?restore=1")
    theirs = other.get(reverse("entry:form", args=[form.pk])).content.decode()
    send(client, form, weight_kg="70")

    assert "Restore what I typed" in mine
    assert 'name="weight_kg" value="7"' in back.content.decode()
    assert "Restore what I typed" not in theirs
    assert "is typing in this form since" in theirs
    assert autosaves.of(form, form.saved_by or person("CO", username="co2")) is None


@pytest.mark.verifies("SIG-01", "SIG-04")
def test_a_signature_holds_until_the_form_changes(form):
    investigator = person("IN", password=PASSWORD)
    client = Client()
    client.force_login(investigator)
    complete(client, form)
    url = reverse("entry:sign", args=[form.pk])

    wrong = client.post(url, {"username": "in", "password": "wrong"})
    signed = client.post(url, {"username": "in", "password": PASSWORD})
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

    fields = {"code": "entered_twice", "text": "see row 1"}
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


def text_of(page) -> str:
    """Return what a page says, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def test_verification_and_a_query_from_the_side_panel(form):
    coordinator, monitor = signed_in("CO"), signed_in("MO")
    send(coordinator, form, weight_kg="70")
    panel = reverse("entry:panel", args=[form.pk, "weight_kg"])
    htmx = {"HX-Request": "true"}

    monitor.post(panel, {"action": "raise", "text": "Which scale?"}, headers=htmx)
    query = Query.objects.get()
    answered = {"action": "answer", "query": query.pk, "text": "Bed scale."}
    coordinator.post(panel, answered, headers=htmx)
    closing = {"action": "close", "query": query.pk, "text": "Thank you."}
    refused = coordinator.post(panel, closing, headers=htmx)
    monitor.post(panel, closing, headers=htmx)
    monitor.post(panel, {"action": "verify"}, headers=htmx)

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
