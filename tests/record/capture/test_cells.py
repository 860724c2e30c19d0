"""What a cell of a table says, typed by hand or pasted from a spreadsheet."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from record.capture import cells
from record.casebook import catalogue
from record.casebook.values import MissingCode, Partial
from tests.sample_room.models import Sample

pytestmark = pytest.mark.django_db
ITEMS = Sample.crf_items()
CREATININE = catalogue.design("CRE").items["value"]
PLATELETS = catalogue.design("LAB").items["platelets"]
SAMPLED = catalogue.design("CRE").items["sample_at"]
PLACE = catalogue.design("CRE").items["place"]
INDICATION = catalogue.design("RRT").items["indication"]
DOSE_UNIT = catalogue.design("CMD").items["dose_unit"]
COMMA = "“%s” has a comma. Write decimals with a point, thousands without."
NO_DATE = (
    "“%s” is not a date. Enter what is known: "
    "2026, 2026-03, 2026-03-08, 2026-03-08 14:30."
)
LABORATORIES = [("7", "Central laboratory"), ("12", "检验科")]


def value(item, text, **more):
    return item.parse(cells.read(item, text, **more))


def refusal(item, text, **more):
    with pytest.raises(ValidationError) as refused:
        value(item, text, **more)
    return refused.value.messages[0]


@pytest.mark.parametrize(
    ("text", "beside", "number", "unit", "umol_l"),
    [
        ("118", "", "118", "umol/L", "118"),
        ("118 µmol/L", "", "118", "umol/L", "118"),
        ("118μmol/L", "", "118", "umol/L", "118"),
        ("118 UMOL/L", "mg/dL", "118", "umol/L", "118"),
        ("1.5", "mg/dL", "1.5", "mg/dL", "132.6"),
        ("1.5 mg/dl", "", "1.5", "mg/dL", "132.6"),
        ("１１８", "", "118", "umol/L", "118"),
        ("１．５ ｍｇ／ｄＬ", "", "1.5", "mg/dL", "132.6"),
    ],
)
def test_a_laboratory_value_is_read_with_its_unit(text, beside, number, unit, umol_l):
    found = value(CREATININE, text, unit=beside)

    assert (found.value, found.unit, found.standard) == (
        Decimal(number),
        unit,
        Decimal(umol_l),
    )


@pytest.mark.parametrize(
    "text", ["118 10^9/L", "118 x10^9/L", "118 ×10⁹/L", "118*10^9/l", "118"]
)
def test_units_are_known_however_they_are_written(text):
    assert value(PLATELETS, text).unit == "10^9/L"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2026/3/8 8:30", "2026-03-08T08:30"),
        ("2026/3/8 8:30:00", "2026-03-08T08:30"),
        ("2026-03-08 08:30", "2026-03-08T08:30"),
        ("２０２６／３／８　８：３０", "2026-03-08T08:30"),
        ("2026年3月8日 8:30", "2026-03-08T08:30"),
        ("2026.3.8", "2026-03-08"),
    ],
)
def test_dates_are_read_as_spreadsheets_write_them(text, stored):
    assert value(SAMPLED, text) == Partial(stored)


@pytest.mark.parametrize(
    ("item", "text", "stored"),
    [
        (PLACE, "ICU", "icu"),
        (PLACE, "Intensive care unit", "icu"),
        (PLACE, "outside LABORATORY", "outside_lab"),
        (INDICATION, "fluid; High potassium", ["potassium", "fluid"]),
        (INDICATION, "potassium、acidosis", ["potassium", "acidosis"]),
        (DOSE_UNIT, "μg/kg/min", "ug/kg/min"),
        (ITEMS["interrupted"], "yes", "Y"),
        (ITEMS["interrupted"], "n", "N"),
        (ITEMS["weight_kg"], "７０.5 kg", Decimal("70.5")),
        (ITEMS["weight_kg"], "", None),
        (ITEMS["reason"], " two words ", "two words"),
    ],
)
def test_answers_are_read_by_code_or_by_their_words(item, text, stored):
    assert value(item, text) == stored


def test_answers_are_read_in_chinese_whatever_the_page_speaks():
    assert value(ITEMS["interrupted"], "是") == "Y"


def test_a_row_of_a_register_is_read_by_its_name_or_key():
    item = catalogue.design("CRE").items["laboratory"]

    assert value(item, "检验科", options=LABORATORIES) == 12
    assert value(item, "central LABORATORY", options=LABORATORIES) == 7
    assert value(item, "12", options=LABORATORIES) == 12
    assert refusal(item, "Elsewhere", options=LABORATORIES) == (
        "“Elsewhere” is not in the list: Central laboratory, 检验科."
    )


def test_a_missing_code_is_read_and_quotation_marks_make_words_of_it():
    assert cells.read(CREATININE, "nd") is MissingCode.NOT_DONE
    assert cells.read(ITEMS["reason"], "REF") is MissingCode.REFUSED
    assert cells.read(ITEMS["reason"], "RE\u200bF") is MissingCode.REFUSED
    assert cells.read(ITEMS["reason"], "ref") == "ref"
    shown = cells.shown_text(ITEMS["reason"], "NA")
    assert (shown, cells.read(ITEMS["reason"], shown)) == ('"NA"', "NA")
    assert cells.shown_text(ITEMS["reason"], "as told") == "as told"


@pytest.mark.parametrize(
    ("item", "text", "message"),
    [
        (
            CREATININE,
            "1,33 mg/dL",
            "“1,33 mg/dL” has a comma. Write decimals with a point, thousands without.",
        ),
        (
            ITEMS["weight_kg"],
            "70，5",
            COMMA % "70，5",
        ),
        (
            CREATININE,
            "118 mmol/L",
            "“mmol/L” is no unit of this item. Use umol/L, mg/dL.",
        ),
        (
            CREATININE,
            "≤10",
            "“≤10” is no limit of detection. Enter one like <18.",
        ),
        (CREATININE, "high", "“high” is not a number. Enter digits, such as 12.5."),
        (
            SAMPLED,
            "3/8/2026 8:30",
            NO_DATE % "3/8/2026 8:30",
        ),
        (
            ITEMS["interrupted"],
            "maybe",
            "“maybe” is not among the answers: Yes, No.",
        ),
    ],
)
def test_what_could_mean_two_things_is_refused(item, text, message):
    assert refusal(item, text) == message
