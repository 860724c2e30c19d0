"""A pseudonym: another number, that only the key of the vault turns back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from record.audit.attribution import Source, attributed
from record.audit.models import Entry
from record.audit.pseudonyms import (
    HALF_BITS,
    PSEUDONYMS,
    _participant,
    _pseudonym,
    participant_behind,
    pseudonym_of,
)
from record.casebook.models import FormInstance
from tests.sample_room.people import STAGE, participant, secret

NEVER = "AU003"
NEW_FORM = """
    INSERT INTO casebook_forminstance (
        id, participant_id, code, visit, visit_number, occurrence, status,
        confidentiality, form_version, revision, item_revisions, verified_items,
        digest, created_at, from_paper
    ) VALUES (
        2000000, %s, 'ZZA', '', 0, 9, 'not_started', %s, 1, 0, '{}', '{}', '', now(),
        false
    )
"""
KEY, OTHER_KEY = b"k" * 32, b"o" * 32
numbers = st.integers(0, 2 ** (2 * HALF_BITS) - 1)


@given(numbers)
def test_every_number_comes_back(number):
    assert _participant(_pseudonym(number, KEY), KEY) == number


def test_neighbours_are_far_apart_and_another_key_gives_others():
    first = {_pseudonym(number, KEY) for number in range(1000)}
    others = {_pseudonym(number, OTHER_KEY) for number in range(1000)}

    halves = {number >> HALF_BITS for number in first}
    assert (len(first), len(first & others)) == (1000, 0)
    assert len(halves) > 990


@pytest.mark.django_db
def test_a_plain_key_is_itself_and_a_pseudonym_is_exact_in_json():
    assert [participant_behind(pk) for pk in (1, 7, 2**52 - 1)] == [1, 7, 2**52 - 1]
    assert [participant_behind(pseudonym_of(pk)) for pk in (1, 7)] == [1, 7]
    assert pseudonym_of(7) in PSEUDONYMS
    assert PSEUDONYMS.stop == 2**53


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "confidentiality"),
    [(1, "restricted"), (10**9, "open"), (2**52 + 5, "open"), (10**9, "identity")],
)
def test_the_database_refuses_a_form_of_nobody_or_that_names_whom_it_must_not(
    refusal, key, confidentiality
):
    with attributed(by=STAGE, via=Source.COMMAND):
        assert refusal(NEW_FORM, key, confidentiality) == NEVER


@pytest.mark.django_db
def test_a_restricted_form_stays_with_its_participant(refusal):
    form = secret()
    other = pseudonym_of(participant(2).pk)
    before = Entry.objects.count()

    with attributed(by=STAGE, via=Source.COMMAND):
        update = "UPDATE casebook_forminstance SET participant_id = %s WHERE id = %s"
        assert refusal(update, other, form.pk) == ""

    assert FormInstance.objects.get(pk=form.pk).participant == participant()
    assert Entry.objects.count() == before
