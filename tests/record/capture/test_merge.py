"""Two people at once: the three-way merge, pure and through the record."""

import pytest

from record.capture.merge import merge
from record.capture.problems import Clash, Conflict
from record.capture.services.forms import save
from record.casebook.selectors import data_of, row_of
from record.casebook.values import MissingCode
from tests.sample_room.people import person, sample, secret

NA = MissingCode.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("seen", "mine", "theirs", "changed", "clashes"),
    [
        (1, 1, 1, {}, 0),  # nobody changed it
        (1, 2, 1, {"x": 2}, 0),  # I did
        (1, 1, 2, {}, 0),  # they did: theirs stays
        (1, 2, 2, {}, 0),  # both to the same value
        (1, 2, 3, {}, 1),  # both, differently
        (None, 2, 3, {}, 1),
        (1, None, 3, {}, 1),
        (1, None, None, {}, 0),
        ("NA", NA, "NA", {"x": NA}, 0),  # a text is not the code of the same letters
        ("NA", NA, "other", {}, 1),
        (NA, NA, "other", {}, 0),
        (NA, "NA", NA, {"x": "NA"}, 0),
    ],
)
def test_an_item_is_merged(seen, mine, theirs, changed, clashes):
    found = merge(seen={"x": seen}, entered={"x": mine}, current={"x": theirs})

    expected = [Clash("x", seen, mine, theirs)] if clashes else []
    assert found == (changed, expected)


def both(form, first, second, role="CO"):
    """Let two people save what they typed into the same empty page."""
    save(form, first, by=person(role))
    return save(form, second, by=person(role, "the-other"), based_on=0)


@pytest.mark.verifies("QRY-10")
@pytest.mark.django_db
def test_different_items_of_two_people_are_both_kept():
    form = sample()

    saved = both(
        form,
        {"weight_kg": "70", "place": "icu"},
        {"weight_kg": "", "place": "", "seen_on": "2026-01-01"},
    )

    data = data_of(saved.form, row_of(saved.form))
    assert saved.changed == {"seen_on"}
    assert (data.get("weight_kg"), data.get("place")) == (70, "icu")


@pytest.mark.verifies("QRY-10")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("item", "first", "second", "before"),
    [
        ("weight_kg", "70", "80", None),
        ("weight_kg", MissingCode.UNKNOWN, "80", None),
        ("creatinine", ("2", "mg/dL"), ("2", "umol/L"), None),
        ("places", ["icu"], ["ward"], None),
        ("pauses", [{"minutes": "1"}], [{"minutes": "2"}], None),
    ],
)
def test_the_same_item_of_two_people_is_a_conflict_that_keeps_both(
    item, first, second, before
):
    form = sample()

    if item == "creatinine":
        second = ("200", "umol/L")
    with pytest.raises(Conflict) as conflict:
        both(form, {item: first}, {item: second, "place": "icu"})

    (clash,) = conflict.value.clashes
    design_item = row_of(form).crf_items()[item]
    stored_value = first if isinstance(first, MissingCode) else design_item.parse(first)
    assert (clash.item, clash.before, clash.mine, clash.theirs) == (
        item,
        before,
        design_item.parse(second),
        stored_value,
    )
    assert conflict.value.revision == 1
    assert data_of(form, row_of(form)).get("place") is None


@pytest.mark.django_db
def test_a_value_and_its_unit_are_one_item():
    form = sample()
    save(form, {"creatinine": ("2", "mg/dL")}, by=person())

    saved = both(form, {"weight_kg": "70"}, {"creatinine": ("2.0", "mg/dL")})

    assert saved.changed == frozenset()


@pytest.mark.django_db
def test_a_value_changed_and_changed_back_is_no_conflict():
    form = sample()
    save(form, {"weight_kg": "70"}, by=person())
    save(form, {"weight_kg": "71"}, by=person())
    save(form, {"weight_kg": "70"}, by=person())

    saved = save(form, {"weight_kg": "72"}, by=person("CO", "the-other"), based_on=1)

    assert saved.changed == {"weight_kg"}


@pytest.mark.django_db
def test_sealed_forms_are_merged_item_by_item():
    form = secret()
    saved = both(form, {"product": "icu"}, {"cells": "1.5"}, role="UP")
    assert saved.changed == {"cells"}

    with pytest.raises(Conflict) as conflict:
        save(form, {"product": "ward"}, by=person("UP"), based_on=0)
    assert conflict.value.clashes == [Clash("product", None, "ward", "icu")]
