"""Queries on what has no form, on a form as a whole, and those raised in error."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from record.accounts.roles import Role
from record.audit.models import Entry
from record.review import services as review
from record.review.models import Query
from record.review.problems import ReviewRefused
from record.review.selectors import queries_visible_to
from record.review.services import Subject
from tests.sample_room.people import participant, person, sample, secret

pytestmark = pytest.mark.django_db


def subjects():
    return {
        "participant": Subject(participant()),
        "visit": Subject(participant(), visit="D28"),
        "row": Subject(participant(), log="AE"),
    }


@pytest.mark.verifies("QRY-04")
@pytest.mark.parametrize("kind", ["participant", "visit", "row"])
def test_what_has_no_form_is_asked_about(kind):
    monitor, site = person("MO"), person()
    query = review.raise_query_on(subjects()[kind], "Is all entered?", by=monitor)
    query = review.answer_query(query, "It is.", by=site)
    query = review.close_query(query, "Thank you.", by=monitor)

    assert (query.state, query.whose, query.about) == (
        "closed",
        participant(),
        "AE" if kind == "row" else "",
    )
    steps = [(step.action, step.text) for step in query.steps.all()]
    assert steps == [
        ("raised", "Is all entered?"),
        ("answered", "It is."),
        ("closed", "Thank you."),
    ]
    entries = Entry.objects.filter(table_name__startswith="review_query")
    assert {entry.participant_id for entry in entries} == {participant().pk}


@pytest.mark.parametrize("log", ["ZZB", "ZZA", "XXX", "DVP"])
def test_a_row_can_be_missed_in_an_open_log_alone(log):
    with pytest.raises(ReviewRefused):
        review.raise_query_on(Subject(participant(), log=log), "Why?", by=person("DM"))


@pytest.mark.parametrize(
    "about", ["row:XXX", "row:", "row:ZZB", "visit:D0.9", "visit:?", "form:AE", ""]
)
def test_what_the_page_does_not_offer_is_refused_and_the_words_stay(client, about):
    client.force_login(person("MO"))
    typed = {"about": about, "text": "Is all entered?", "priority": "normal"}

    answer = client.post(reverse("review:ask", args=[participant().number]), typed)

    assert answer.status_code == 409
    assert "Is all entered?" in answer.content.decode()
    assert not Query.objects.exists()


@pytest.mark.verifies("ACC-02", "AUD-10")
@pytest.mark.parametrize(
    ("kind", "raisers", "answerers", "readers"),
    [
        ("participant", "MO DM", "CO IN PI", "CO IN PI BN MO DM BR UM"),
        ("visit", "MO DM", "CO IN PI", "CO IN PI BN MO DM BR UM"),
        ("row", "MO DM SO", "CO IN PI BN", "CO IN PI BN MO DM BR UM SO"),
    ],
)
def test_roles_on_what_has_no_form(kind, raisers, answerers, readers):
    subject, roles = subjects()[kind], list(Role)

    def may(act):
        try:
            act()
        except PermissionDenied:
            return False
        return True

    def ask(by):
        return review.raise_query_on(subject, "Why?", by=by)

    def answer(query, by):
        return review.answer_query(query, "So.", by=by)

    raised_by = {r for r in roles if may(lambda r=r: ask(person(r.value)))}
    answered_by = {
        role
        for role in roles
        if may(lambda role=role: answer(ask(person("MO")), by=person(role.value)))
    }
    seen_by = {r for r in roles if queries_visible_to(person(r.value)).exists()}

    assert (raised_by, answered_by, seen_by) == (
        set(raisers.split()),
        set(answerers.split()),
        set(readers.split()),
    )


def test_a_missing_row_is_asked_about_in_the_browser(client):
    client.force_login(person("MO"))
    page = reverse("review:ask", args=["S-001Z"])
    participant()
    typed = {
        "about": "row:AE",
        "text": "The event of 12 Nov is not entered?",
        "priority": "high",
        "assigned": "CO",
        "due_on": "",
    }

    refused = client.post(page, {**typed, "text": " "})
    response = client.post(page, typed)

    assert (refused.status_code, response.status_code) == (409, 302)
    query = Query.objects.get()
    assert (query.log, query.priority, query.assigned_role) == ("AE", "high", "CO")
    alone = client.get(reverse("review:query", args=[query.pk]))
    assert "The event of 12 Nov is not entered?" in alone.content.decode()


@pytest.mark.verifies("QRY-04")
@pytest.mark.parametrize("answered", [False, True])
def test_a_query_raised_in_error_is_cancelled_by_its_raiser_and_kept(answered):
    query = review.raise_query(sample(), "", "Wrong form?", by=person("MO"))
    if answered:
        query = review.answer_query(query, "It is right.", by=person())

    with pytest.raises(ReviewRefused, match="Only who raised"):
        review.cancel_query(query, "In error.", by=person("DM"))
    with pytest.raises(PermissionDenied):
        review.cancel_query(query, "In error.", by=person())
    query = review.cancel_query(query, "In error.", by=person("MO"))

    assert (query.state, query.steps.last().text) == ("cancelled", "In error.")
    for step in (review.close_query, review.return_query, review.reopen_query):
        with pytest.raises(ReviewRefused):
            step(query, "words", by=person("MO"))


def test_a_form_as_a_whole_has_a_panel(client):
    form = sample()
    panel = reverse("entry:form_queries", args=[form.pk])
    client.force_login(person("MO"))

    typed = {"action": "raise", "text": "The whole form?", "priority": "low"}
    raised = client.post(panel, typed, headers={"HX-Request": "true"})

    query = Query.objects.get()
    assert (raised.status_code, query.place, query.priority) == (200, ("", ""), "low")
    assert "The whole form?" in client.get(panel).content.decode()
    page = client.get(reverse("entry:form", args=[form.pk]) + f"?query={query.pk}")
    assert page.context["panel_to_open"] == panel


def test_the_link_of_a_query_opens_the_panel_of_its_item(client):
    query = review.raise_query(sample(), "weight_kg", "Why?", by=person("MO"))
    sealed = review.raise_query(secret(), "cells", "Why?", by=person("UM"))
    client.force_login(person())
    form = reverse("entry:form", args=[query.form.pk])

    panels = {
        key: client.get(f"{form}?query={key}").context["panel_to_open"]
        for key in (query.pk, sealed.pk, "x", "9" * 30, "")
    }

    assert panels == {
        query.pk: reverse("entry:panel", args=[query.form.pk, "weight_kg"]),
        **dict.fromkeys((sealed.pk, "x", "9" * 30, ""), ""),
    }
