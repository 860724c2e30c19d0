"""Queries, verification, signatures, freezing and locking through the services."""

import pytest
from django.core.exceptions import PermissionDenied

from record.accounts.proofs import IdentityNotConfirmed, ReAuthenticated
from record.accounts.roles import Permission, Role, has
from record.audit.attribution import Reason, Source, attributed
from record.audit.models import Entry
from record.capture.services.forms import save, sign_form
from record.casebook.models import FormInstance
from record.casebook.selectors import revisions_of, row_of
from record.review import services as review
from record.review.models import Query
from record.review.problems import ReviewRefused
from record.review.selectors import (
    queries_of,
    queries_visible_to,
    valid_signature,
    verified_items,
)
from tests.sample_room.people import A_SAMPLE, STAGE, person, sample, secret
from tests.shown import revision
from trial_edc import clock

pytestmark = pytest.mark.django_db

WHY = Reason("other", "for the test")


def complete(**values):
    return save(sample(), {**A_SAMPLE, **values}, by=person(), complete=True).form


def change(form, item="weight_kg", value="71"):
    return save(form, {item: value}, by=person(), reasons={item: WHY}).form


# Queries.


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
        "lock": lambda: review.lock_form(form, by=user, reason=WHY),
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


# Verification.


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


def test_a_verification_can_be_taken_back_and_stays_on_record():
    form = complete()
    verification = review.verify(
        form, ["taken_at"], shown_revision=revision(form), by=person("MO")
    )

    review.withdraw_verification(verification, by=person("MO"), reason=WHY)

    assert verified_items(form.verifications.all(), form.item_revisions) == {}
    assert form.verifications.count() == 1


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


# Signatures.


def proof_of(user):
    return ReAuthenticated(user.pk, clock.now())


def sign(form, user=None):
    user = user or person("IN")
    return review.sign(
        form, shown_revision=revision(form), proof=proof_of(user), by=user
    )


@pytest.mark.verifies("SIG-01", "SIG-03", "SIG-04")
def test_a_signature_holds_until_a_value_changes_and_is_not_revived():
    form = complete(weight_kg="70")
    signature = sign(form)
    assert valid_signature(form) == signature
    assert (signature.meaning, signature.signer_name, signature.signer_role) == (
        "I have reviewed this sample.",
        "The-In",
        "IN",
    )

    changed = change(form)
    assert valid_signature(changed) is None
    back = change(form, value="70")
    assert valid_signature(back) is None
    assert back.signatures.count() == 1

    again = sign(back)
    assert valid_signature(back) == again


@pytest.mark.verifies("SIG-03")
def test_a_signature_copied_to_another_form_does_not_hold():
    form = complete()
    signature = sign(form)
    other = save(sample(2), A_SAMPLE, by=person(), complete=True).form

    with attributed(by=STAGE, via=Source.COMMAND):
        signature.form = other
        signature.save()

    assert valid_signature(other) is None


def test_signing_twice_is_signing_once():
    form = complete()

    assert sign(form) == sign(form)
    assert Entry.objects.filter(act="signed").count() == 1


@pytest.mark.verifies("SIG-07")
def test_what_is_not_ready_is_not_signed():
    form = sample()
    with pytest.raises(ReviewRefused, match="must be complete"):
        sign(form)
    form = complete()
    query = review.raise_query(form, "weight_kg", "Why?", by=person("MO"))
    with pytest.raises(ReviewRefused, match="Answer the open queries"):
        sign(form)

    review.answer_query(query, "So.", by=person())

    assert sign(form)


@pytest.mark.verifies("SIG-05")
def test_a_signature_takes_role_delegation_and_a_proof_of_one_s_own():
    form, investigator = complete(), person("IN")
    for role in ("CO", "MO", "DM", "AD"):
        with pytest.raises(PermissionDenied):
            sign(form, person(role))
    with pytest.raises(IdentityNotConfirmed):
        review.sign(
            form,
            shown_revision=revision(form),
            proof=proof_of(person("PI")),
            by=investigator,
        )
    investigator.delegated_until = clock.today().replace(year=2000)
    with pytest.raises(ReviewRefused, match="delegation"):
        sign(form, investigator)


def test_a_form_that_takes_no_signature_is_not_signed():
    form = save(secret(), {"product": "icu"}, by=person("UP"), complete=True).form

    with pytest.raises(PermissionDenied):
        sign(form, person("UP"))


def test_a_signature_through_capture_lets_its_consequences_follow():
    form, user = complete(), person("IN")

    assert sign_form(
        form, shown_revision=revision(form), proof=proof_of(user), by=user
    ) == valid_signature(form)


# Closing.


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


def test_a_lock_without_reason_is_refused():
    with pytest.raises(ReviewRefused):
        review.lock_form(complete(), by=person("DM"), reason=Reason("other", " "))


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
