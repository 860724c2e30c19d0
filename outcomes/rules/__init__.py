"""Derived endpoints of the protocol: computed from data, never typed."""

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

from outcomes.rules.events import emergent_events
from outcomes.rules.observed_course import (
    CreatinineSample,
    Interval,
    Record,
    RecordedEvent,
    Rrt,
)
from outcomes.rules.renal_endpoints import (
    creatinine_3m,
    ever_rrt,
    primary,
    recovery,
    rrt_dependence,
)
from outcomes.rules.states import (
    AnyEvent,
    EverRrt,
    MissingReason,
    Recovery,
    RrtDependence,
    Survival,
)
from outcomes.rules.stays import days_in
from outcomes.rules.survival import survival_3m, survival_28d
from trial_edc.dates import PartialDateText
from trial_edc.requirements import implements

__all__ = [
    "AnyEvent",
    "CreatinineSample",
    "Endpoints",
    "EverRrt",
    "Interval",
    "MissingReason",
    "Record",
    "RecordedEvent",
    "Recovery",
    "Rrt",
    "RrtDependence",
    "Survival",
    "derive",
    "endpoints",
    "records_by_death",
]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The 25 derived fields of one participant.

    Units: creatinine in umol/L; times and stays in days, unrounded.
    """

    day0: date
    d28_date: date
    m3_date: date
    scr_d28: Decimal | None
    scr_d28_on: date | None
    scr_d28_missing_reason: MissingReason | None
    scr_d28_on_rrt: bool | None
    scr_d28_ratio: Decimal | None
    os28_status: Survival
    os28_time: int | None
    os28_event: int | None
    os3m_status: Survival
    os3m_time: int | None
    os3m_event: int | None
    rrt_m3: RrtDependence
    ever_rrt_3m: EverRrt
    scr_m3: Decimal | None
    recovery_m3: Recovery
    icu_days: Decimal | None
    hosp_days: Decimal | None
    los_complete: bool
    teae_any: bool | AnyEvent
    teae_n: int | AnyEvent
    sae_any: bool | AnyEvent
    teae_max_grade: int | AnyEvent | None


@implements("OUT-09")
def endpoints(record: Record) -> Endpoints:
    first, at_28d, at_3m = primary(record), survival_28d(record), survival_3m(record)
    dependence = rrt_dependence(record, at_3m.status)
    sample_3m = creatinine_3m(record, at_3m.status)
    events = emergent_events(record)
    return Endpoints(
        day0=record.day0,
        d28_date=record.day28,
        m3_date=record.month3,
        scr_d28=first.sample.exact_umol_l if first.sample else None,
        scr_d28_on=first.sample.on if first.sample else None,
        scr_d28_missing_reason=first.missing,
        scr_d28_on_rrt=first.on_rrt,
        scr_d28_ratio=first.ratio,
        os28_status=at_28d.status,
        os28_time=at_28d.days,
        os28_event=int(at_28d.event),
        os3m_status=at_3m.status,
        os3m_time=at_3m.days,
        os3m_event=int(at_3m.event),
        rrt_m3=dependence,
        ever_rrt_3m=ever_rrt(record, at_3m.status),
        scr_m3=sample_3m.exact_umol_l if sample_3m else None,
        recovery_m3=recovery(record, dependence, sample_3m),
        icu_days=days_in(record, record.icu),
        hosp_days=days_in(record, (*record.hospital, *record.icu)),
        los_complete=at_3m.status in KNOWN,
        teae_any=events.any_event,
        teae_n=events.count,
        sae_any=events.any_serious,
        teae_max_grade=events.worst_grade,
    )


def derive(record: Record, death: PartialDateText | None = None) -> Endpoints:
    """Endpoints where both bounds of a partially known date of death agree.

    Where they disagree a status is unknown and a number is missing. Nobody dies before
    the last day known alive.
    """
    if death is None:
        return endpoints(record)
    early, late = map(endpoints, records_by_death(record, death))
    common: dict[str, Any] = {
        field.name: common_value(getattr(early, field.name), getattr(late, field.name))
        for field in fields(Endpoints)
    }
    is_known = common["os3m_status"] in KNOWN
    return replace(early, **{**common, "los_complete": is_known})


def records_by_death(
    record: Record, death: PartialDateText | None
) -> tuple[Record, Record]:
    """The record with the first and with the last day of death that are possible."""
    if death is None:
        return record, record
    lived_until = min(record.last_alive_on or record.day0, death.latest)
    first = max(death.earliest, record.day0, lived_until)
    return replace(record, death_on=first), replace(record, death_on=death.latest)


UNDECIDED: dict[type, object] = {
    Survival: Survival.UNKNOWN,
    RrtDependence: RrtDependence.UNKNOWN,
    EverRrt: EverRrt.UNKNOWN,
    Recovery: Recovery.UNKNOWN,
}
KNOWN = (Survival.ALIVE, Survival.DEAD)


def common_value(early: object, late: object) -> object:
    return early if early == late else UNDECIDED.get(type(early))
