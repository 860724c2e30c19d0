"""Freezing and locking, of a form and of the database."""

import pytest
from django.core.exceptions import PermissionDenied

from record.audit.attribution import Reason
from record.audit.models import Entry
from record.review import services as review
from record.review.problems import ReviewRefused
from tests.record.capture.saving import WHY, change, complete
from tests.sample_room.people import person, sample

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("LCK-01")
def test_freezing_and_locking_are_recorded_with_their_reason_and_undone():
    form = complete()
    review.freeze(form, by=person("MO"), reason=WHY)
    review.lock_form(form, by=person("DM"), reason=WHY)
    with pytest.raises(ReviewRefused):
        review.freeze(form, by=person("MO"), reason=WHY, on=False)
    review.lock_form(form, by=person("DM"), reason=WHY, on=False)
    review.freeze(form, by=person("MO"), reason=WHY, on=False)

    form.refresh_from_db()
    entries = Entry.objects.filter(form_id=form.pk, operation="UPDATE").order_by("-id")[
        :4
    ]
    assert not form.is_closed
    assert [(sorted(e.changes), e.reasons[""]["text"]) for e in entries] == [
        (["frozen_at"], WHY.text),
        (["locked_at", "locked_by_id"], WHY.text),
        (["locked_at", "locked_by_id"], WHY.text),
        (["frozen_at"], WHY.text),
    ]


@pytest.mark.parametrize("is_on", [True, False])
@pytest.mark.parametrize(
    ("act", "role", "column"),
    [(review.freeze, "MO", "frozen_at"), (review.lock_form, "DM", "locked_at")],
)
def test_closing_or_opening_a_form_twice_is_doing_it_once(act, role, column, is_on):
    form, first, second = complete(), person(role), person(role, "x-second")
    act(form, by=first, reason=WHY)
    if not is_on:
        act(form, by=first, reason=WHY, on=False)
    form.refresh_from_db()
    before = getattr(form, column), form.locked_by, Entry.objects.count()

    is_changed = act(form, by=second, reason=Reason("other", "again"), on=is_on)

    form.refresh_from_db()
    after = getattr(form, column), form.locked_by, Entry.objects.count()
    assert (is_changed, after) == (False, before)


def test_a_lock_without_reason_is_refused():
    with pytest.raises(ReviewRefused):
        review.lock_form(complete(), by=person("DM"), reason=Reason("other", " "))


@pytest.mark.parametrize("is_empty", [True, False])
@pytest.mark.parametrize("is_answered", [True, False])
def test_a_form_with_a_query_that_is_not_closed_is_not_locked(is_empty, is_answered):
    form = sample() if is_empty else complete()
    query = review.raise_query(form, "weight_kg", "Why empty?", by=person("MO"))
    if is_answered:
        review.answer_query(query, "No scales.", by=person())

    with pytest.raises(ReviewRefused, match="Close the queries of this form first"):
        review.lock_form(form, by=person("DM"), reason=WHY)

    review.close_query(query, "Agreed.", by=person("MO"))
    review.lock_form(form, by=person("DM"), reason=WHY)
    form.refresh_from_db()
    assert form.locked_at


def test_queries_go_on_while_a_form_is_locked():
    form = complete()
    review.lock_form(form, by=person("DM"), reason=WHY)

    query = review.raise_query(form, "weight_kg", "Late doubt?", by=person("MO"))

    assert review.answer_query(query, "None.", by=person()).state == "answered"


@pytest.mark.verifies("LCK-02")
@pytest.mark.parametrize(
    ("first", "second"),
    [("PI", "DM"), ("DM", "DM"), ("DM", "CO"), ("PI", "PI"), ("MO", "PI")],
)
def test_locking_the_database_takes_the_right_two_persons(first, second):
    with pytest.raises(PermissionDenied):
        review.lock_database(
            by=person(first),
            confirmed_by=person(second, f"x-{second.lower()}"),
            reason=WHY,
        )


def test_the_database_is_locked_once_and_unlocked_once():
    two = {"by": person("DM"), "confirmed_by": person("PI"), "reason": WHY}
    with pytest.raises(ReviewRefused):
        review.unlock_database(**two)
    review.lock_database(**two)
    with pytest.raises(ReviewRefused):
        review.lock_database(**two)
    review.unlock_database(**two)

    assert change(complete(weight_kg="70")).revision == 2
