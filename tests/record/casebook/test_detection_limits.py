"""A limit of detection: read, kept, told again, and never taken for the number."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from exports.selectors.cells import cells
from record.capture.problems import SaveRefused
from record.capture.services.forms import save
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.history import changes_of
from record.casebook.items import Lab
from record.casebook.selectors import data_of, row_of
from record.casebook.values import DetectionLimit, Quantity
from record.review.models import Query
from tests.each import for_each
from tests.entry.test_typed_text import (
    ODD_SPELLINGS,
    declared,
    read_alike,
    refused_alike,
)
from tests.sample_room.models import Sample
from tests.sample_room.people import A_SAMPLE, person, sample, secret

LAB = Lab(units={"umol/L": 1, "mg/dL": "88.4"})
BELOW = DetectionLimit("<", Decimal(18), "umol/L", Decimal(18))
ABOVE = DetectionLimit(">", Decimal(4), "mg/dL", Decimal("353.6"))


@for_each(declared(Lab))
def test_each_laboratory_value_may_be_a_limit(item):
    limit = read_alike(item, "<6.5")

    assert limit == DetectionLimit("<", Decimal("6.5"), item.standard_unit, limit.bound)
    assert limit.bound == item.parse("6.5").standard
    for name, odd in ODD_SPELLINGS.items():
        assert read_alike(item, odd("<6.5")) == limit, name
    assert read_alike(item, f"< 6.5 {item.standard_unit}") == limit
    assert read_alike(item, ">2000").comparator == ">"


FLAGGED = (
    *("133↑", "133 ↓", "133*", "133 H", "133 L", "133 HH", "133 ↑ {}", "133 {} H"),
    *("H133", "L 133", "↑133", "*133", "133H", "133↓L", "133 ↓ L", "133 H*"),
    *("133(H)", "133（高）", "133偏低", "133▲", "133⬆", "133 {} (L)", "高 133"),
)


@for_each(declared(Lab))
def test_the_flag_of_a_laboratory_is_no_part_of_the_value(item):
    texts = [flagged.format(item.standard_unit) for flagged in FLAGGED]

    read = {text: read_alike(item, text) for text in texts}

    assert read == dict.fromkeys(texts, item.parse("133"))


@for_each(declared(Lab))
def test_a_limit_is_read_beside_a_flag_and_in_words(item):
    limit, texts = item.parse("<6.5"), ("↓<6.5", "<6.5 L", "小于6.5")

    assert {read_alike(item, text) for text in texts} == {limit}
    assert read_alike(item, "H >2000") == read_alike(item, "大于 2000")


def test_marks_without_end_are_refused():
    parts = ("*", " *", "H", " H", "(H)", "↑ ", "偏高", "1*")
    texts = [f"{start}{part * 5000}x" for start in ("", "1", "<1") for part in parts]

    for text in texts:  # each would take hours if marks were given back
        with pytest.raises(ValidationError):
            LAB.parse(text)


@for_each(declared(Lab))
def test_what_may_be_the_limit_itself_is_no_limit_of_detection(item):
    for text in ("≤18", "≥2000", "⩽18", "<=18", "=>2000", "不超过18"):
        message = refused_alike(item, text)
        assert message.endswith("” is no limit of detection. Enter one like <18.")


@for_each(declared(Lab))
def test_no_limit_lies_at_or_below_nothing(item):
    for text in ("<0", "<-1", ">0", "> -0.5", "<0.000"):
        message = f"“{text}” cannot be: a limit lies above 0."
        assert refused_alike(item, text) == message


@pytest.mark.parametrize("value", [BELOW, ABOVE])
def test_a_limit_is_shown_as_it_is_entered(value):
    text = LAB.as_text(value)

    assert LAB.parse((text, value.unit)) == value
    assert LAB.from_json(LAB.to_json(value)) == value
    assert words(LAB, value) == str(value)


@pytest.mark.parametrize(
    ("value", "limit", "is_below", "is_above"),
    [
        (BELOW, "17", None, None),
        (BELOW, "18", True, False),
        (BELOW, "25", True, False),
        (ABOVE, "200", False, True),
        (ABOVE, "353.6", False, True),
        (ABOVE, "353.7", None, None),
    ],
)
def test_a_limit_decides_only_what_is_certain(value, limit, is_below, is_above):
    limit = Decimal(limit)

    assert (value.lies_below(limit), value.lies_above(limit)) == (is_below, is_above)


@pytest.mark.django_db
def test_a_limit_is_stored_audited_and_exported():
    form = save(sample(), {"creatinine": ("<18", "umol/L")}, by=person()).form
    save(form, {"creatinine": ("18", "umol/L")}, by=person())
    save(form, {"creatinine": (">4", "mg/dL")}, by=person())

    row, item = (
        Sample.objects.get(form=form),
        catalogue.design("ZZA").items["creatinine"],
    )
    exact = Quantity(Decimal(18), "umol/L", Decimal(18))
    assert (row.creatinine, row.creatinine_comparator) == (Decimal(4), ">")
    assert data_of(form, row_of(form)).get("creatinine") == ABOVE
    assert [(change.old, change.new) for change in changes_of(form)] == [
        (None, BELOW),
        (BELOW, exact),
        (exact, ABOVE),
    ]
    assert cells(item, ABOVE) == ["4", ">", "mg/dL", "", ""]


@pytest.mark.django_db
def test_a_sealed_form_keeps_a_limit():
    user = person("UP")
    form = save(secret(), {"concentration": "<0.5 g/dL"}, by=user).form

    stored = data_of(form, row_of(form)).get("concentration")
    assert stored == DetectionLimit("<", Decimal("0.5"), "g/dL", Decimal(5))


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["<9", ">3001"])
def test_a_limit_beyond_what_is_possible_is_refused(text):
    with pytest.raises(SaveRefused) as refused:
        save(sample(), {"creatinine": text}, by=person())

    (finding,) = refused.value.findings
    assert (finding.check_id, finding.details["value"]) == ("ZZA.creatinine.hard", text)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "asks"),
    [("<10", True), ("<40", True), ("<41", False), (">1500", True), (">1400", False)],
)
def test_a_limit_is_unusual_where_all_that_it_may_stand_for_is(text, asks):
    values = {**A_SAMPLE, "creatinine": text}
    explanations = {"ZZA.creatinine.soft": "As reported."}

    save(sample(), values, by=person(), complete=True, explanations=explanations)

    assert Query.objects.exists() is asks
