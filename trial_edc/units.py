"""Units of measured values: exact decimals, converted by multiplication only.

Comparison is on unrounded values; rounding (half up) is for display.
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from trial_edc.requirements import implements

# Factor from each accepted unit to the standard one, which stands first.
CREATININE = {"umol/L": Decimal(1), "mg/dL": Decimal("88.4")}
PLATELETS = {"10^9/L": Decimal(1), "10^3/uL": Decimal(1), "/uL": Decimal("0.001")}
HAEMOGLOBIN = {"g/L": Decimal(1), "g/dL": Decimal(10)}
UREA = {"mmol/L": Decimal(1), "mg/dL": Decimal("0.357")}  # mg/dL of urea nitrogen
BILIRUBIN = {"umol/L": Decimal(1), "mg/dL": Decimal("17.1")}

POWER_OF_TEN = re.compile(r"10\^([0-9]+)")
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class UnknownUnit(ValueError):
    """A value came with a unit that its analyte does not have."""


@implements("UNI-01")
def standard(value: Decimal, unit: str, factors: dict[str, Decimal]) -> Decimal:
    if unit not in factors:
        message = f"{unit!r} is not one of {', '.join(factors)}"
        raise UnknownUnit(message)
    return value * factors[unit]


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Round half up, for display only."""
    return value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def written_unit(unit: str) -> str:
    """A unit as it is read behind a number: "× 10⁶/kg" for "10^6/kg"."""
    return POWER_OF_TEN.sub(
        lambda power: f"× 10{power[1].translate(SUPERSCRIPTS)}", unit
    )
