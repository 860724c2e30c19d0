"""A name of a register is one name, however its letters were typed."""

import pytest

from enrollment.consent.forms import ConsentVersionForm
from randomization.product.forms import LotForm
from safety.coding.forms import DictionaryForm
from visits.laboratory.forms import LaboratoryForm, RangeForm


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (LotForm, "lot"),
        (LotForm, "donor_code"),
        (LotForm, "certificate"),
        (ConsentVersionForm, "version"),
        (DictionaryForm, "version"),
        (LaboratoryForm, "code"),
    ],
)
def test_a_name_typed_in_full_width_letters_is_the_plain_one(form, name):
    assert form.base_fields[name].clean("ＳＡＬ–００２\u200b") == "SAL-002"


@pytest.mark.parametrize("typed", ["umol/L", "µmol/L", "μmol／Ｌ", "ｕmol/l\u200b"])
def test_a_unit_of_a_range_is_read_as_elsewhere(typed):
    form = RangeForm(
        {
            "analyte": "creatinine",
            "sex": "any",
            "unit": typed,
            "low": "57",
            "high": "111",
            "valid_from": "2026-03-01",
        }
    )

    form.is_valid()

    assert form.cleaned_data.get("unit") == "umol/L"
