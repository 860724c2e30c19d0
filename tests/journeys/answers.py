"""Answers of a participant who may take part, as people type them."""

from datetime import timedelta

from trial_edc import clock, dates

NORMAL_SIGNS = {
    "temperature_c": "36.8",
    "heart_rate": "82",
    "respiratory_rate": "18",
    "spo2_pct": "97",
    "systolic_bp": "124",
    "diastolic_bp": "76",
}
NO_EXCLUSION = dict.fromkeys(
    (
        *("e3", "e4", "e5", "e6", "e7", "e8", "e10", "e12", "e14", "e15", "e16"),
        *("e11_arrhythmia_or_severe", "e18_other"),
    ),
    "N",
)
JUDGED_ELIGIBLE: dict[str, str | list[str]] = {
    "i4_can_comply": "Y",
    "phone_confirmed": "Y",
    "e1_causes": ["none"],
    "ultrasound": "Y",
    "urinalysis": "Y",
    "lvef_pct": "60",
    "lvef_method": "echo",
    "nonrenal_failed_organs": ["none"],
    "e19": "no",
    "e20": "no",
    **NO_EXCLUSION,
}
COMORBIDITIES = (
    *("diabetes", "hypertension", "known_ckd", "coronary_disease", "heart_failure"),
    *("stroke", "copd", "liver_disease", "hbv", "hcv", "hiv", "tb", "syphilis"),
    *("fungal", "malignancy", "transplant", "vasculitis", "thrombosis", "allergy"),
)
LOGS_COMPLETE = (
    "rrt_log_complete",
    "stays_log_complete",
    "events_log_complete",
    "drugs_log_complete",
)


def at(*, hours: float = 0, days: float = 0) -> str:
    """The site time some hours or days ago, as people type it."""
    instant = clock.now() - timedelta(hours=hours, days=days)
    return instant.astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")


def today() -> str:
    return clock.today().isoformat()
