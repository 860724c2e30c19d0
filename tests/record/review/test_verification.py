"""Source data verification: item by item, while the value stands."""

import json

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis.strategies import dictionaries, integers, sampled_from

from record.audit.attribution import Reason, Source, attributed
from record.capture.services.forms import save
from record.casebook.models import FormInstance
from record.casebook.selectors import revisions_of, row_of
from record.casebook.vocabulary import TO_VERIFY
from record.review import services as review
from record.review.problems import ReviewRefused
from record.review.selectors import (
    VerificationLine,
    complete_forms,
    count_to_verify,
    revisions_verified,
    verification_lines,
    verified_items,
)
from tests.record.capture.saving import WHY, change, complete
from tests.sample_room.people import person, secret
from tests.shown import revision

pytestmark = pytest.mark.django_db


@pytest.mark.verifies("QRY-06")
def test_verification_holds_item_by_item_while_the_value_stands():
    form = complete(weight_kg="70")
    review.verify(
        form,
        ["weight_kg", "taken_at", "place"],
        shown_revision=revision(form),
        by=person("MO"),
    )

    def marks():
        stored = FormInstance.objects.get(pk=form.pk)
        return verified_items(stored.verifications.all(), stored.item_revisions)

    assert marks() == {"weight_kg": True, "taken_at": True, "place": True}
    change(form)
    assert marks() == {"weight_kg": False, "taken_at": True, "place": True}
    change(form, value="70")
    assert marks()["weight_kg"] is False  # changed back is changed
    save(form, {"place": "icu"}, by=person())
    assert marks()["place"] is False  # what was verified as empty is empty no more
    review.verify(form, ["weight_kg"], shown_revision=revision(form), by=person("MO"))
    assert marks() == {"weight_kg": True, "taken_at": True, "place": False}


def test_the_count_to_verify_is_that_of_the_lines():
    form, monitor = complete(weight_kg="70"), person("MO")

    def count():
        lines = verification_lines(complete_forms(monitor))
        waiting = [line for line in lines if line.state in TO_VERIFY]
        assert count_to_verify(monitor) == len(waiting)
        return len(waiting)

    def verify_all():
        items = FormInstance.objects.get(pk=form.pk).item_revisions
        review.verify(form, list(items), shown_revision=revision(form), by=monitor)

    counts = [count()]
    verify_all()
    counts.append(count())
    change(form)
    counts.append(count())
    verify_all()
    counts.append(count())

    assert counts == [1, 0, 1, 0]


def test_verifying_twice_is_verifying_once_for_each_person_and_revision():
    form, monitor = complete(weight_kg="70"), person("MO")
    both = ["weight_kg", "taken_at"]

    def verify(items: list[str], by=monitor):
        return review.verify(form, items, shown_revision=revision(form), by=by)

    first = verify(both)
    assert [verify(both), verify(["weight_kg"])] == [first, first]
    assert verify([*both, "place"]) != first
    assert verify(both, person("MO", "second")) != first
    change(form)
    assert verify(["weight_kg"]) != first
    assert form.verifications.count() == 4


def test_a_verification_can_be_taken_back_and_stays_on_record():
    form = complete()
    monitor, shown = person("MO"), revision(form)
    review.verify(form, ["taken_at"], shown_revision=shown, by=monitor)

    first = review.withdraw_verifications(form, by=monitor, reason=WHY)
    second = review.withdraw_verifications(form, by=monitor, reason=WHY)

    assert (first, second) == (1, 0)
    assert verified_items(form.verifications.all(), form.item_revisions) == {}
    assert form.verifications.count() == 1


@pytest.mark.parametrize("text", ["", "x" * 501])
def test_a_verification_is_taken_back_for_a_fit_reason(text):
    form = complete()
    monitor, shown = person("MO"), revision(form)
    review.verify(form, ["taken_at"], shown_revision=shown, by=monitor)

    with pytest.raises(ReviewRefused):
        review.withdraw_verifications(form, by=monitor, reason=Reason("v", text))

    assert form.verifications.get().withdrawn_at is None


@pytest.mark.verifies("RND-05")
def test_a_reason_of_the_unblinded_tells_no_arm():
    form, monitor = secret(), person("UM")
    why = Reason("v", "The cells were thawed late.")

    for act in (review.freeze, review.lock_form, review.withdraw_verifications):
        with pytest.raises(ReviewRefused, match="name no product"):
            act(form, by=monitor, reason=why)

    form.refresh_from_db()
    assert (form.frozen_at, form.locked_at) == (None, None)


@pytest.mark.parametrize("items", [[], ["height_cm"]])
def test_verification_names_items_of_the_form(items):
    form = complete()

    with pytest.raises(ReviewRefused, match="Choose at least one item"):
        review.verify(form, items, shown_revision=revision(form), by=person("MO"))


def test_verification_of_a_sealed_form_follows_its_sealed_revisions():
    user, form = person("UP"), secret()
    form = save(form, {"product": "icu", "cells": "1"}, by=user, complete=True).form
    review.verify(
        form, ["product", "cells"], shown_revision=revision(form), by=person("UM")
    )
    save(form, {"cells": "2"}, by=user, reasons={"cells": WHY})

    form.refresh_from_db()
    marks = verified_items(form.verifications.all(), revisions_of(form, row_of(form)))
    assert marks == {"product": True, "cells": False}


@pytest.mark.verifies("QRY-06")
def test_beside_a_form_stands_what_was_verified_last():
    form, monitor = complete(weight_kg="70"), person("MO")

    def verify(*items):
        return review.verify(form, items, shown_revision=revision(form), by=monitor)

    def state():
        stored = FormInstance.objects.get(pk=form.pk)
        assert stored.verified_items == revisions_verified(stored.verifications.all())
        (line,) = verification_lines(complete_forms(monitor))
        assert line.state == stored.verification
        return stored.verification

    states = [state()]
    verify("weight_kg")
    states.append(state())
    verify(*FormInstance.objects.get(pk=form.pk).item_revisions)
    states.append(state())
    change(form)
    states.append(state())
    verify("weight_kg")
    states.append(state())
    review.withdraw_verifications(form, by=monitor, reason=WHY)
    states.append(state())

    assert states == [
        *("none", "partly", "verified", "changed", "verified", "none"),
    ]


ITEMS = "abc"


@given(
    verified=dictionaries(sampled_from(ITEMS), integers(0, 3)),
    revisions=dictionaries(sampled_from(ITEMS), integers(1, 3), min_size=1),
)
@hypothesis_settings(max_examples=300)
def test_the_state_in_sql_is_that_of_the_rule(verified, revisions):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT casebook_verification(%s, %s)",
            [json.dumps(verified), json.dumps(revisions)],
        )
        (state,) = cursor.fetchone()

    assert state == VerificationLine(FormInstance(), revisions, verified).state


@pytest.mark.verifies("AUD-03")
def test_only_a_verification_moves_what_is_verified():
    form = complete(weight_kg="70")

    with attributed(by=person(), via=Source.PAGE):
        FormInstance.objects.filter(pk=form.pk).update(verified_items={"weight_kg": 1})

    assert FormInstance.objects.get(pk=form.pk).verified_items == {}
