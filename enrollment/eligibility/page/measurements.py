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
class NumberExhibit:
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


def number_exhibit(casebook: Casebook, evidence: Evidence) -> NumberExhibit:
    """Lay out the numbers of E11, E13 and E18."""
    judged, counted = screening_data(casebook, "ELG"), platelets_of(casebook)
    settings, failing = evidence.settings, evidence.failed_organs
    counting = None if failing is None else failing & frozenset(settings.e13_organs)
    return NumberExhibit(
        lvef=_words(judged, "lvef_pct"),
        lvef_method=_words(judged, "lvef_method"),
        lvef_at=judged.get("lvef_at") if judged else None,
        lvef_form=judged.form_id if judged else None,
        lvef_limit=f"{settings.e11_lvef_pct} %",
        organs=tuple(_(one.label) for one in Organ if one.value in (counting or ())),
        organ_count=None if counting is None else len(counting),
        organ_limit=settings.e13_more_than_organs,
        platelets=_words(counted, "platelets"),
        platelets_at=counted.get("sampled_at") if counted else None,
        platelets_form=counted.form_id if counted else None,
        platelets_limit=f"{settings.e18_platelets_10e9_l} × 10⁹/L",
    )


def _words(data: FormData | None, item: str) -> str:
    if data is None:
        return ""
    found = catalogue.design(data.code).items[item]
    return words(found, data.values.get(item))
