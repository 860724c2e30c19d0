"""Values as people read them."""

from datetime import time
from decimal import Decimal

import pytest

from record.casebook import items
from record.casebook.display import words

DOSE = items.Number("Dose", decimals=3)
WEIGHT = items.Number("Weight", decimals=1, unit="kg")


@pytest.mark.parametrize(
    ("item", "value", "text"),
    [
        (DOSE, "500.000", "500"),
        (DOSE, "0.080", "0.08"),
        (DOSE, "12.125", "12.125"),
        (DOSE, "500", "500"),
        (WEIGHT, "70.0", "70.0 kg"),
    ],
)
def test_a_dose_is_shown_without_zeros_that_nobody_typed(item, value, text):
    assert words(item, Decimal(value)) == text


def test_a_time_of_day_is_shown_as_it_is_typed():
    assert words(items.Time("Time of death"), time(23, 0)) == "23:00"
