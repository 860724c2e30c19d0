"""Heart, organs and blood as the eligibility page shows them (E11, E13, E18)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.evidence import platelets_of, screening_data
from enrollment.eligibility.rules.evidence import Evidence
from enrollment.vocabulary import Organ
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData


@dataclass(frozen=True, slots=True)
class MeasurementSection:
    """The numbers that decide, each with when and where it was obtained."""

    lvef: str
    lvef_method: str
    lvef_at: datetime | None
    lvef_form: int | None
    lvef_limit: str
    organs: tuple[str, ...]
    organ_count: int | None
    organ_limit: int
    platelets: str
    platelets_at: datetime | None
    platelets_form: int | None
    platelets_limit: str


def measurement_section(casebook: Casebook, evidence: Evidence) -> MeasurementSection:
    eligibility_form = screening_data(casebook, "ELG")
    platelet_form = platelets_of(casebook)
    settings, counted_organs = evidence.settings, evidence.failed_organs
    if counted_organs is not None:
        counted_organs &= frozenset(settings.e13_organs)
    return MeasurementSection(
        lvef=_words(eligibility_form, "lvef_pct"),
        lvef_method=_words(eligibility_form, "lvef_method"),
        lvef_at=eligibility_form.get("lvef_at") if eligibility_form else None,
        lvef_form=eligibility_form.form_id if eligibility_form else None,
        lvef_limit=f"{settings.e11_lvef_pct} %",
        organs=tuple(
            _(organ.label) for organ in Organ if organ.value in (counted_organs or ())
        ),
        organ_count=None if counted_organs is None else len(counted_organs),
        organ_limit=settings.e13_more_than_organs,
        platelets=_words(platelet_form, "platelets"),
        platelets_at=platelet_form.get("sampled_at") if platelet_form else None,
        platelets_form=platelet_form.form_id if platelet_form else None,
        platelets_limit=f"{settings.e18_platelets_10e9_l} × 10⁹/L",
    )


def _words(data: FormData | None, item: str) -> str:
    if data is None:
        return ""
    field = catalogue.design(data.code).items[item]
    return words(field, data.values.get(item))
