"""The form page: what was typed is saved, refused, explained, merged or kept."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from record.accounts.models import User
from record.audit.attribution import Source, attributed
from record.capture.services import autosaves
from record.capture.services.forms import save
from record.casebook.values import MissingCode
from record.review.models import Query
from tests.entry.form.pages import (
    CONFLICT,
    UNPROCESSABLE,
    complete,
    posted,
    send,
    signed_in,
    value_of,
)
from tests.people import STAGE, person
from trial_edc import clock

pytestmark = pytest.mark.django_db


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
    completed = send(client, form, weight_kg="70", save_as="complete")

    assert drafted.status_code == 302
    assert completed.status_code == UNPROCESSABLE
    assert 'href="#item-taken_at"' in completed.content.decode()


@pytest.mark.verifies("AUD-05")
def test_a_complete_form_asks_a_reason_per_changed_item(form):
    client = signed_in("CO")
    complete(client, form, weight_kg="70")

    refused = send(client, form, weight_kg="71", save_as="complete")
    reason = {"weight_kg__reason": "transcription", "weight_kg__reason_text": "typo"}
    page = client.get(reverse("entry:form", args=[form.pk]))
    stored = send(client, form, weight_kg="71", save_as="complete", **reason)

    form.refresh_from_db()
    assert refused.status_code == UNPROCESSABLE
    assert (
        "Choose why it changes, and say it in your words." in refused.content.decode()
    )
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

    refused = send(client, form, **values, save_as="complete")
    why = {"explain:ZZA.creatinine.soft": "seen twice"}
    stored = send(client, form, **values, **why, save_as="complete")

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
    send(client, form, **fields, **reasons, save_as="complete")
    form.refresh_from_db()
    fields |= {"interrupted": "N", "creatinine": "2000"}

    explained = {"explain:ZZA.creatinine.soft": "seen twice", "erase": "reason"}
    refused = send(client, form, **fields, **explained, save_as="complete")
    stored = send(client, form, **fields, **explained, **reasons, save_as="complete")

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


@pytest.mark.verifies("ACC-14")
def test_typing_is_kept_and_given_back_to_its_author_alone(form):
    client, other = signed_in("CO"), signed_in("IN")
    page_load = str(UUID(int=1))
    typed = posted(form, weight_kg="7", page_load=page_load)
    client.post(reverse("entry:autosave", args=[form.pk]), typed)

    mine = client.get(reverse("entry:form", args=[form.pk])).content.decode()
    back = client.get(reverse("entry:form", args=[form.pk]) + f"?restore={page_load}")
    theirs = other.get(reverse("entry:form", args=[form.pk])).content.decode()
    send(client, form, weight_kg="70", page_load=page_load)

    restore = f"?restore={page_load}"
    assert restore in mine
    assert 'name="weight_kg" value="7"' in back.content.decode()
    assert restore not in theirs
    assert "is typing in this form since" in theirs
    form.refresh_from_db()
    assert autosaves.of(form, form.saved_by) == []


def test_a_person_whose_account_was_closed_stays_chosen(form):
    nurse = person("BN", username="gone")
    save(form, {"by": nurse.pk}, by=person("CO"))
    with attributed(by=STAGE, via=Source.COMMAND):
        User.objects.filter(pk=nurse.pk).update(is_active=False)

    page = signed_in("IN").get(reverse("entry:form", args=[form.pk]))

    chosen = f'<option value="{nurse.pk}" selected>{nurse}</option>'
    assert chosen in page.content.decode()


@pytest.mark.parametrize("count", ["abc", "1000", ""])
def test_a_lost_number_of_rows_hides_none(form, count):
    client = signed_in("CO")
    send(client, form, **{"pauses__rows": "1", "pauses-0-why": "pain"})
    form.refresh_from_db()

    answer = send(client, form, weight_kg="70", pauses__rows=count)

    assert answer.status_code == UNPROCESSABLE
    assert 'name="pauses-0-why" value="pain"' in answer.content.decode()
