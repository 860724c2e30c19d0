"""Derived fields of the outcome forms and of the end of study."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from outcomes.facts.course import last_known_alive
from outcomes.rules.states import (
    AnyEvent,
    EverRrt,
    MissingReason,
    Recovery,
    RrtDependence,
    Survival,
)
from outcomes.texts import explanations
from outcomes.vocabulary import OpenItem, StatusSource
from record.casebook.derived import derived, offered
from record.casebook.form_data import Casebook, FormData, fact
from record.casebook.values import Value
from safety.vocabulary import DeathSource
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Codelist, VitalStatus, YesNo
from trial_edc.wording import Wording
from visits.facts import death_of
from visits.schedule.facts import window_of

UMOL_L = "µmol/L"
STAY_DECIMALS = PROTOCOL.outcomes.stay_decimals


class DerivedField(NamedTuple):
    """Name, label and format of a derived field."""

    name: str
    label: str
    unit: str = ""
    decimals: int | None = None
    terms: type[Codelist] | None = None


AT_DAY_28 = (
    DerivedField("day0", N_("Day 0: infusion 1, else randomization")),
    DerivedField("d28_date", N_("Day 28")),
    DerivedField(
        "scr_d28", N_("Creatinine nearest to day 28, day 25 to 31"), UMOL_L, 1
    ),
    DerivedField("scr_d28_on", N_("Date of that creatinine")),
    DerivedField(
        "scr_d28_missing_reason", N_("Why there is none"), terms=MissingReason
    ),
    DerivedField(
        "scr_d28_on_rrt",
        N_("Renal replacement in the 7 days that end on that date"),
        terms=YesNo,
    ),
    DerivedField("scr_d28_ratio", N_("Ratio to baseline"), decimals=2),
    DerivedField("os28_status", N_("Survival at day 28"), terms=Survival),
    DerivedField("os28_time", N_("Survival time to day 28"), N_("days")),
    DerivedField("os28_event", N_("Death by day 28 (1 yes, 0 no)")),
)
AT_MONTH_3 = (
    DerivedField("m3_date", N_("Month-3 date")),
    DerivedField("os3m_status", N_("Survival at month 3"), terms=Survival),
    DerivedField("os3m_time", N_("Survival time to month 3"), N_("days")),
    DerivedField("os3m_event", N_("Death by month 3 (1 yes, 0 no)")),
    DerivedField(
        "rrt_m3",
        N_("Renal replacement at month 3, in the 7 days that end at the visit"),
        terms=RrtDependence,
    ),
    DerivedField(
        "ever_rrt_3m", N_("Any renal replacement within 3 months"), terms=EverRrt
    ),
    DerivedField(
        "scr_m3", N_("Creatinine nearest to month 3, within 14 days"), UMOL_L, 1
    ),
    DerivedField(
        "recovery_m3",
        N_("Recovery: complete at most 1.5 times baseline, partial above"),
        terms=Recovery,
    ),
    DerivedField(
        "icu_days",
        N_("Days in intensive care within 3 months"),
        N_("days"),
        STAY_DECIMALS,
    ),
    DerivedField(
        "hosp_days", N_("Days in hospital within 3 months"), N_("days"), STAY_DECIMALS
    ),
    DerivedField("los_complete", N_("Stays known to month 3 or death"), terms=YesNo),
    DerivedField("teae_any", N_("Any event since infusion 1"), terms=AnyEvent),
    DerivedField("teae_n", N_("Number of events since infusion 1")),
    DerivedField("sae_any", N_("Any serious event since infusion 1"), terms=AnyEvent),
    DerivedField("teae_max_grade", N_("Worst grade since infusion 1")),
)


def _endpoint_reader(name: str) -> Callable[[FormData, Casebook], Value]:
    def read(data: FormData, casebook: Casebook) -> Value:
        del data
        endpoints = casebook.fact("endpoints")
        value = getattr(endpoints, name) if endpoints else None
        if isinstance(value, bool):
            return YesNo.YES.value if value else YesNo.NO.value
        return value

    return read


def _explanation_reader(name: str) -> Callable[[FormData, Casebook], Wording | None]:
    def read(data: FormData, casebook: Casebook) -> Wording | None:
        del data
        sentences: dict[str, Wording] = casebook.fact("endpoint_explanations")
        return sentences.get(name)

    return read


@fact("endpoint_explanations")
def endpoint_explanations(casebook: Casebook) -> dict[str, Wording]:
    record = casebook.fact("outcome_record")
    return explanations(record, death_of(casebook)) if record else {}


for _form, _fields in (("O28", AT_DAY_28), ("OM3", AT_DAY_28 + AT_MONTH_3)):
    for _field in _fields:
        derived(
            _form,
            _field.name,
            _field.label,
            unit=_field.unit,
            decimals=_field.decimals,
            terms=_field.terms,
            reason=_explanation_reader(_field.name),
        )(_endpoint_reader(_field.name))


SOURCE_OF_DEATH = {
    DeathSource.RECORD: StatusSource.RECORD,
    DeathSource.CERTIFICATE: StatusSource.RECORD,
    DeathSource.RELATIVES: StatusSource.RELATIVE,
}


@offered("O28")
@offered("OM3")
def outcome_of_the_dead(data: FormData, casebook: Casebook) -> Mapping[str, Value]:
    """What the death form says of a person who surely died before the visit closed."""
    window, died = window_of(casebook, data.visit), death_of(casebook)
    if died is None or (window and died.latest > window.closes):
        return {}
    return {
        "vital_status": VitalStatus.DEAD.value,
        "status_known_on": died.latest if died.is_exact else None,
        "status_source": SOURCE_OF_DEATH.get(casebook.value("DTH", "source")),
    }


@derived("EOS", "last_known_alive", N_("Last known alive"))
def last_alive(data: FormData, casebook: Casebook) -> date | None:
    del data
    return last_known_alive(casebook)


@derived("EOS", "open_items", N_("Still open"), terms=OpenItem)
def open_items(data: FormData, casebook: Casebook) -> list[str]:
    del data
    reported = {r.get("ae") for r in casebook.rows("SAE")}
    finished = {
        r.get("ae") for r in casebook.rows("SAE") if r.get("report_kind") == "final"
    }
    is_open_by_item = {
        OpenItem.EVENT: any(e.get("ongoing") == "Y" for e in casebook.rows("AE")),
        OpenItem.REPORT: bool(reported - finished),
        OpenItem.DEVIATION: any(
            row.get("resolved_at") is None for row in casebook.rows("DEV")
        ),
    }
    return [item.value for item, is_open in is_open_by_item.items() if is_open]
