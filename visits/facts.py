"""How long a participant lived, as the casebook says; pure."""

from collections.abc import Iterator
from typing import Any

from record.casebook.form_data import Casebook, FormData
from trial_edc.dates import PartialDateText
from trial_edc.vocabulary import VitalStatus
from visits.schedule.vocabulary import VisitMode

OUTCOME_FORMS = ("O28", "OM3")  # they record a death, too
# By form, the items that date what happens in a life: nobody dies before.
LIFE_TIMES = {
    "SCN": ("approached_at",),
    "CNS": ("decided_at",),
    "DEM": ("birth_date",),
    "MHX": ("hospital_admitted_at", "aki_recognised_at"),
    "IST": ("start", "last_dose_change", "switched"),
    "ELG": ("hcg_at", "lvef_at"),
    "RAN": ("randomised_at",),
    "VIS": ("visit_date",),
    "IRQ": ("weighed_at",),
    "INF": ("started_at",),
    "VSI": ("taken_at",),
    "VIT": ("measured_at",),
    "LAB": ("sampled_at",),
    "CRE": ("sample_at",),
    "URI": ("start_at",),
    "CMD": ("start",),
    "RRT": ("started_at",),
    "STY": ("in_at",),
    "AE": ("onset",),
    "O28": ("status_known_on",),
    "OM3": ("status_known_on",),
    "CAL": ("alive_on",),
    "WDR": ("on",),
}


def signs_of_life(casebook: Casebook) -> Iterator[tuple[FormData, Any]]:
    """The forms that show the person alive, and when: a date, known in part or whole.

    What is looked up in records shows nobody.
    """
    casebook.read(*LIFE_TIMES)
    for code, items in LIFE_TIMES.items():
        for row in filter(_shows_life, casebook.rows(code)):
            yield from ((row, at) for item in items if (at := row.get(item)))


def _shows_life(row: FormData) -> bool:
    is_outcome = row.code in OUTCOME_FORMS
    if is_outcome:
        return bool(row.get("vital_status") == VitalStatus.ALIVE)
    return bool(row.get("mode") != VisitMode.RECORD_LOOKUP)


def death_of(casebook: Casebook) -> PartialDateText | None:
    """The first and the last day on which the participant may have died.

    Where the date is known in part, nobody died after it was put on record.
    """
    data = casebook.one("DTH")
    died = data.get("death_on") if data else None
    if data is None or died is None:
        return None
    last = min(died.latest, data.opened_on or died.latest)
    return PartialDateText(died.earliest, max(died.earliest, last))
