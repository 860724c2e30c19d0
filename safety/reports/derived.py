"""Computed values of safety reports and assessments."""

from datetime import date, datetime, timedelta

from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from safety.reports.facts import clock_starts_at, deadlines_assessed
from safety.reports.rules.clocks import Clock, Deadlines
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, YesNo


@derived("SAE", "report_due_at", N_("Report to the sponsor due"))
def report_due_at(data: FormData, casebook: Casebook) -> datetime | None:
    starts_at = clock_starts_at(data, casebook)
    hours = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)
    return starts_at + hours if starts_at else None


def _deadlines_if_judged(data: FormData, casebook: Casebook) -> Deadlines | None:
    if data.get("expected_per_rsi") is None or data.get("causality_sponsor") is None:
        return None
    return deadlines_assessed(data, casebook)


@derived("SPA", "susar", N_("SUSAR"), terms=YesNo)
def susar(data: FormData, casebook: Casebook) -> str | None:
    deadlines = _deadlines_if_judged(data, casebook)
    if deadlines is None:
        return None
    return YesNo.YES.value if deadlines.is_susar else YesNo.NO.value


@derived("SPA", "clock", N_("Period"), terms=Clock)
def clock(data: FormData, casebook: Casebook) -> str | None:
    deadlines = _deadlines_if_judged(data, casebook)
    return deadlines.clock.value if deadlines else None


@derived("SPA", "due_on", N_("First report due"))
def due_on(data: FormData, casebook: Casebook) -> date | None:
    deadlines = _deadlines_if_judged(data, casebook)
    return deadlines.initial_due_on if deadlines else None


@derived("SPA", "followup_due_on", N_("Complete follow-up due"))
def followup_due_on(data: FormData, casebook: Casebook) -> date | None:
    deadlines = _deadlines_if_judged(data, casebook)
    return deadlines.followup_due_on if deadlines else None
