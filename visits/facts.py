"""What the casebook says of a participant's life, and of visits on record; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import is_blank
from trial_edc.dates import PartialDateText, site_date
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
# What ends in a life: the item that dates it, the one that says how it ended, and the
# answers that show nobody alive.
LIFE_ENDS = {
    "STY": ("out_at", "out_to", ("died",)),
    "RRT": ("ended_at", "stop_reason", ("died",)),
    "AE": ("ended", "outcome", ("fatal", "unknown")),
    "CAL": ("at", "reached", ("nobody", "representative", "relative")),
}
# Forms of a visit, and what in them is a plan: a visit begins with anything else.
VISIT_FORMS = ("VIS", "IRQ", "INF", "VSI", "VIT", "LAB", *OUTCOME_FORMS)
OBSERVATIONS = {"VIT": "", "LAB": "", "VSI": "taken_at", "INF": "started_at"}
PLANS = ("appointment_at", "planned_start_at", "retry_at")
DATED_LOGS = ("CRE", "CAL")  # samples and contacts count for the visit of their day
NOBODY_REACHED = (None, "nobody")  # by an attempt to reach the participant


def signs_of_life(casebook: Casebook) -> Iterator[tuple[FormData, Any]]:
    """The forms that show the person alive, and when: a date, known in part or whole.

    What is looked up in records shows nobody.
    """
    casebook.read(*LIFE_TIMES)
    for code, items in LIFE_TIMES.items():
        for row in filter(_shows_life, casebook.rows(code)):
            yield from ((row, at) for item in items if (at := row.get(item)))
            if ended := life_end(row):
                yield row, ended


def life_end(row: FormData) -> Any:
    """When the person was alive at the end of what a row records; else None."""
    item, answer_item, lifeless = LIFE_ENDS.get(row.code, ("", "", ()))
    answer = row.get(answer_item) if item else None
    return None if answer in (None, *lifeless) else row.get(item)


def _shows_life(row: FormData) -> bool:
    is_outcome = row.code in OUTCOME_FORMS
    if is_outcome:
        return bool(row.get("vital_status") == VitalStatus.ALIVE)
    return bool(row.get("mode") != VisitMode.RECORD_LOOKUP)


def death_of(casebook: Casebook) -> PartialDateText | None:
    """The first and the last day on which the participant may have died.

    Where the date is known in part, nobody died after it was put on record: in a form
    opened since, or before that by an event that turned out to be none.
    """
    data = casebook.one("DTH")
    died = data.get("death_on") if data else None
    if data is None or died is None:
        return None
    opened_on = data.opened_on or died.latest
    is_opened_since = opened_on >= died.earliest
    last = min(died.latest, opened_on) if is_opened_since else died.latest
    return PartialDateText(died.earliest, last)


@dataclass(frozen=True)
class VisitsOnRecord:
    """The visits of which a form is begun, and the days of samples and contacts."""

    begun: frozenset[str] = frozenset()
    days: frozenset[date] = frozenset()


def begun_visits(casebook: Casebook, *codes: str) -> frozenset[str]:
    return frozenset(
        row.visit for code in codes for row in casebook.rows(code) if _is_begun(row)
    )


def _is_begun(row: FormData) -> bool:
    return any(not is_blank(v) for name, v in row.values.items() if name not in PLANS)


def days_on_record(casebook: Casebook) -> frozenset[date]:
    samples = (row.get("sample_at") for row in casebook.rows("CRE"))
    contacts = (
        row.get("at")
        for row in casebook.rows("CAL")
        if row.get("reached") not in NOBODY_REACHED
    )
    return frozenset(
        {
            *(at.earliest for at in samples if at and at.is_full_date),
            *(site_date(at) for at in contacts if at),
        }
    )


def visits_on_record(casebook: Casebook) -> VisitsOnRecord:
    casebook.read(*VISIT_FORMS, *DATED_LOGS)
    begun = begun_visits(casebook, *VISIT_FORMS)
    return VisitsOnRecord(begun, days_on_record(casebook))


def forms_with_observations(
    casebook: Casebook, visit: str, number: int = 0
) -> list[str]:
    """Codes of the forms that show that a visit took place, at least in part.

    Bedside forms count by their time alone: a time point that was not measured and an
    infusion that was not given have forms as well.
    """
    return [
        code
        for code, item in OBSERVATIONS.items()
        if any(
            _is_observed(row, item)
            for row in casebook.rows(code)
            if (row.visit, row.visit_number) == (visit, number)
        )
    ]


def _is_observed(row: FormData, item: str) -> bool:
    names = (item,) if item else row.values
    return any(not is_blank(row.get(name)) for name in names)
