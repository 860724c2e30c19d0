"""Computed values of an adverse event."""

from record.casebook.derived import derived
from record.casebook.form_data import Casebook, FormData
from safety.events.checks import infusion_start
from trial_edc.dates import SITE_TZ
from trial_edc.vocabulary import N_


@derived("AE", "minutes_after_start", N_("After the start of infusion"), unit="min")
def minutes_after_start(data: FormData, casebook: Casebook) -> int | None:
    onset, started_at = data.get("onset"), infusion_start(data, casebook)
    at = onset.instant(SITE_TZ) if onset else None
    return int((at - started_at).total_seconds() // 60) if at and started_at else None
