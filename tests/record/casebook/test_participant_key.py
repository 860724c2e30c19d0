"""Whose a form is: for Python the participant, in the table of a restricted one not."""

import pytest
from django.db import connection
from django.db.models import prefetch_related_objects

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.pseudonyms import pseudonym_of
from record.capture.services.forms import save
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import casebook_of, casebooks_of
from record.review import services as review
from record.review.models import Query, Signature
from record.review.selectors import queries_visible_to
from record.review.tables import QueryTable
from tests.sample_room.people import STAGE, participant, person, sample, secret
from trial_edc import clock

pytestmark = pytest.mark.django_db


def stored(form, column="participant_id"):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM casebook_forminstance WHERE id = %s", [form.pk]
        )
        return cursor.fetchone()[0]


def test_a_restricted_form_is_stored_under_a_pseudonym():
    first, second = secret(1), secret(2)
    other, plain = secret(1, of=2), sample()

    assert stored(first) == stored(second) == pseudonym_of(participant().pk)
    assert stored(other) == pseudonym_of(participant(2).pk) != stored(first)
    assert stored(plain) == participant().pk


def test_its_participant_is_found_by_every_way_of_reading():
    form, one = secret(), participant()
    forms = FormInstance.objects.filter(pk=form.pk)

    assert forms.get().participant == one
    assert forms.get().participant_id == one.pk
    assert forms.select_related("participant").get().participant == one
    assert forms.prefetch_related("participant").get().participant == one
    assert list(forms.values_list("participant_id", flat=True)) == [one.pk]
    joined = FormInstance.objects.filter(participant=one).select_related("participant")
    assert [(row, row.participant) for row in joined] == [(form, one)]
    ordered = one.forms.order_by("participant__sequence", "participant__number")
    assert list(ordered) == [form]
    (both,) = Participant.objects.prefetch_related("forms").filter(pk=one.pk)
    assert list(both.forms.all()) == [form]


def test_a_filter_on_participants_finds_open_and_restricted_forms():
    hidden, plain, other = secret(), sample(), secret(1, of=2)
    forms, one, two = (
        FormInstance.objects.order_by("code", "pk"),
        *map(participant, (1, 2)),
    )

    assert list(forms.filter(participant=one)) == [plain, hidden]
    assert list(forms.filter(participant_id=one.pk)) == [plain, hidden]
    assert list(one.forms.order_by("code")) == [plain, hidden]
    assert list(forms.exclude(participant=one)) == [other]
    assert set(forms.filter(participant__in=[one, two])) == {plain, hidden, other}
    assert list(forms.filter(participant__in=[])) == []
    assert list(forms.filter(participant__in=Participant.objects.all())) == [plain]


def test_casebooks_have_their_restricted_forms():
    form = save(secret(), {"cells": "7"}, by=person("UP")).form
    save(secret(1, of=2), {"cells": "8"}, by=person("UP"))

    assert casebook_of(participant()).one("ZZB").form_id == form.pk
    books = casebooks_of([participant(), participant(2)], ["ZZB"])
    cells = {pk: str(book.value("ZZB", "cells")) for pk, book in books.items()}
    assert cells == {participant().pk: "7", participant(2).pk: "8"}


def test_participants_of_many_rows_are_read_at_once(django_assert_num_queries):
    forms = [secret(n, of=n) for n in (1, 2, 3)]
    rows = list(
        FormInstance.objects.select_related("participant").order_by("occurrence")
    )
    pseudonym_of(1)  # its key is read once a process

    with django_assert_num_queries(1):
        prefetch_related_objects(rows, "participant")
        numbers = [row.participant.number for row in rows]

    assert numbers == [form.participant.number for form in forms]


def test_a_signature_has_the_pseudonym_of_its_form():
    form, investigator = secret(), person("IN")
    with attributed(by=STAGE, via=Source.COMMAND):
        signature = Signature.objects.create(
            participant=form.participant, form=form, bound={}, signer=investigator
        )
        signature.withdrawn_at = clock.now()
        signature.save()

    with connection.cursor() as cursor:
        cursor.execute("SELECT participant_id FROM review_signature")
        assert cursor.fetchall() == [(pseudonym_of(participant().pk),)]
    entries = Entry.objects.filter(table_name="review_signature")
    assert {one.participant_id for one in entries} == {pseudonym_of(participant().pk)}
    assert Signature.objects.get(participant=participant()).participant == participant()


def test_queries_are_found_and_sorted_by_participant(rf):
    monitor = person("UM")
    for n in (2, 1, 3):
        form = save(secret(1, of=n), {"cells": n}, by=person("UP")).form
        review.raise_query(form, "cells", "Why?", by=monitor)
    queries = queries_visible_to(monitor)

    def numbers(sort):
        table = QueryTable(queries, rf.get("/", {"sort": sort}))
        return [query.form.participant.sequence for query in table.lines]

    assert numbers("participant") == [1, 2, 3]
    assert numbers("-participant") == [3, 2, 1]
    assert Query.objects.filter(form__participant=participant(2)).count() == 1
