"""Values that the pages of the safety forms show beside what was entered."""

from datetime import date, datetime, timedelta

from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from safety.events.facts import deadlines_assessed
from safety.reports.rules.clocks import Clock, Deadlines
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, YesNo


@derived("SAE", "report_due_at", N_("Report to the sponsor due"))
def report_due_at(data: FormData, casebook: Casebook) -> datetime | None:
    del casebook
    aware_at = data.get("aware_at")
    hours = timedelta(hours=PROTOCOL.safety.report_to_sponsor_hours)
    return aware_at + hours if aware_at else None


def _assessed(data: FormData, casebook: Casebook) -> Deadlines | None:
    if data.get("expected_per_rsi") is None or data.get("causality_sponsor") is None:
        return None
    return deadlines_assessed(data, casebook)


@derived("SPA", "susar", N_("SUSAR"), terms=YesNo)
def susar(data: FormData, casebook: Casebook) -> str | None:
    """Tell whether the case is a suspected unexpected serious adverse reaction."""
    found = _assessed(data, casebook)
    if found is None:
        return None
    return YesNo.YES.value if found.is_susar else YesNo.NO.value


@derived("SPA", "clock", N_("Period"), terms=Clock)
def clock(data: FormData, casebook: Casebook) -> str | None:
    """Return the period in which the authorities must be told."""
    found = _assessed(data, casebook)
    return found.clock.value if found else None


@derived("SPA", "due_on", N_("First report due"))
def due_on(data: FormData, casebook: Casebook) -> date | None:
    """Return the last day of the first report."""
    found = _assessed(data, casebook)
    return found.initial_due_on if found else None


@derived("SPA", "followup_due_on", N_("Complete follow-up due"))
def followup_due_on(data: FormData, casebook: Casebook) -> date | None:
    """Return the last day of the complete follow-up report."""
    found = _assessed(data, casebook)
    return found.followup_due_on if found else None
