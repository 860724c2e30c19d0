"""Queries: their states, their steps, who may take each and who sees them."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.roles import Permission, Role, has
from record.casebook.selectors import row_of
from record.review import services as review
from record.review.models import Query
from record.review.problems import ReviewRefused
from record.review.selectors import (
    queries_of,
    queries_visible_to,
)
from tests.record.capture.saving import WHY
from tests.sample_room.people import person, sample, secret
from tests.shown import revision

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("QRY-04")
def test_a_query_lives_through_its_states_and_keeps_its_thread():
    monitor, site = person("MO"), person()
    query = review.raise_query(sample(), "weight_kg", " Please check. ", by=monitor)
    query = review.answer_query(query, "Checked.", by=site)
    query = review.return_query(query, "Against what?", by=monitor)
    query = review.answer_query(query, "The chart.", by=site)
    query = review.close_query(query, "Thank you.", by=monitor)
    query = review.reopen_query(query, "Once more.", by=monitor)

    (stored,) = queries_of(sample())["weight_kg"]
    assert (stored, stored.state) == (query, "open")
    assert [(s.action, s.text, s.by) for s in stored.steps.all()] == [
        ("raised", "Please check.", monitor),
        ("answered", "Checked.", site),
        ("returned", "Against what?", monitor),
        ("answered", "The chart.", site),
        ("closed", "Thank you.", monitor),
        ("reopened", "Once more.", monitor),
    ]


@pytest.mark.verifies("QRY-04")
@pytest.mark.parametrize(
    ("state", "step", "role"),
    [
        ("open", review.return_query, "MO"),
        ("open", review.reopen_query, "MO"),
        ("answered", review.answer_query, "CO"),
        ("answered", review.reopen_query, "MO"),
        ("closed", review.answer_query, "CO"),
        ("closed", review.return_query, "MO"),
        ("closed", review.close_query, "MO"),
    ],
)
def test_other_ways_between_states_are_refused(state, step, role):
    query = review.raise_query(sample(), "weight_kg", "Why?", by=person("MO"))
    if state != "open":
        query = review.answer_query(query, "So.", by=person())
    if state == "closed":
        query = review.close_query(query, "Well.", by=person("MO"))

    with pytest.raises(ReviewRefused):
        step(query, "words", by=person(role))
    assert Query.objects.get().state == state


@pytest.mark.parametrize("text", ["", "   ", "x" * 1001])
def test_each_step_takes_words_of_a_sensible_length(text):
    with pytest.raises(ReviewRefused):
        review.raise_query(sample(), "weight_kg", text, by=person("MO"))


def test_a_query_names_an_item_of_its_form():
    with pytest.raises(ReviewRefused):
        review.raise_query(sample(), "height_cm", "Why?", by=person("MO"))
    assert review.raise_query(sample(), "", "The whole form?", by=person("DM"))


@pytest.mark.verifies("QRY-04", "ACC-02")
@pytest.mark.parametrize("role", list(Role))
def test_no_role_both_answers_and_closes(role):
    assert not (
        has(role, Permission.ANSWER_QUERY) and has(role, Permission.CLOSE_QUERY)
    )


OPEN_FORM = {
    "raise": "MO DM",
    "answer": "CO IN PI",
    "close": "MO DM",
    "verify": "MO",
    "freeze": "MO DM",
    "lock": "DM",
}
SEALED_FORM = {
    "raise": "UM",
    "answer": "UP PN",
    "close": "UM",
    "verify": "UM",
    "freeze": "UM",
    "lock": "UM",
}


@pytest.mark.verifies("ACC-02")
@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("make_form", "expected"), [(sample, OPEN_FORM), (secret, SEALED_FORM)]
)
def test_each_action_needs_its_permission_on_that_kind_of_form(
    role, make_form, expected
):
    form, user = make_form(), person(role.value)
    raiser, answerer = expected["raise"].split()[0], expected["answer"].split()[0]
    item = next(iter(row_of(form).crf_items()))

    def open_query():
        return review.raise_query(form, item, "Why?", by=person(raiser))

    def answered():
        return review.answer_query(open_query(), "So.", by=person(answerer))

    actions = {
        "raise": lambda: review.raise_query(form, item, "Why?", by=user),
        "answer": lambda: review.answer_query(open_query(), "So.", by=user),
        "close": lambda: review.close_query(answered(), "Well.", by=user),
        "verify": lambda: review.verify(
            form, [item], shown_revision=revision(form), by=user
        ),
        "freeze": lambda: review.freeze(form, by=user, reason=WHY),
        "lock": lambda: review.lock_form(make_form(2), by=user, reason=WHY),
    }
    allowed = set()
    for name, action in actions.items():
        try:
            action()
        except PermissionDenied:
            continue
        allowed.add(name)

    assert allowed == {
        n for n, roles in expected.items() if role.value in roles.split()
    }


@pytest.mark.verifies("AUD-10")
def test_queries_on_sealed_forms_are_seen_by_whoever_sees_the_form():
    review.raise_query(sample(), "weight_kg", "Open?", by=person("MO"))
    review.raise_query(secret(), "cells", "Sealed?", by=person("UM"))

    codes_by_role = {
        role.value: sorted(q.form.code for q in queries_visible_to(person(role.value)))
        for role in Role
    }
    both = {role for role, codes in codes_by_role.items() if codes == ["ZZA", "ZZB"]}
    sealed = {role for role, codes in codes_by_role.items() if codes == ["ZZB"]}
    assert both == {"UM"}
    assert sealed == {"UP", "PN"}
    assert {r for r, codes in codes_by_role.items() if not codes} == {
        "LC",
        "US",
        "SO",
        "AD",
    }
