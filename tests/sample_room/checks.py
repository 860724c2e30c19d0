"""Edit checks of the sample room."""

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.vocabulary import N_, Severity


@check(
    "ZZA-01",
    form="ZZA",
    item="weight_kg",
    severity=Severity.SOFT,
    message=N_("Heavier than %(limit)s kg in the ICU."),
)
def heavy_in_icu(data: FormData, _casebook: Casebook) -> dict[str, int] | None:
    """Fire for more than 90 kg in the ICU."""
    heavy = (data.get("weight_kg") or 0) > 90
    return {"limit": 90} if heavy and data.get("place") == "icu" else None
