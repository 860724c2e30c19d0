"""Edit checks of SCN, the screening log."""

from datetime import timedelta

from enrollment.eligibility.rules import Verdict
from enrollment.vocabulary import ApproachResult, ScreenFailure
from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, Severity

HARD, SOFT = Severity.HARD, Severity.SOFT


@check(
    "SCN-01",
    form="SCN",
    item="approach_result",
    severity=HARD,
    message=N_("“Consented” needs a consent form with an initial consent given."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    consented = data.get("approach_result") == ApproachResult.CONSENTED
    return consented and casebook.fact("consented_on") is None


def _earlier_screening(data: FormData, casebook: Casebook) -> FormData | None:
    before = [s for s in casebook.rows("SCN") if s.occurrence < data.occurrence]
    return before[-1] if before else None


@check(
    "SCN-02",
    form="SCN",
    item="rescreening_of",
    severity=HARD,
    message=N_("Screen again only after the earlier screening has been closed."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    earlier = _earlier_screening(data, casebook)
    return earlier is not None and not earlier.get("screening_closed_at")


@check(
    "SCN-03",
    form="SCN",
    item="rescreening_of",
    severity=HARD,
    message=N_("This person has been randomized and is never screened again."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    randomized_at = casebook.value("RAN", "randomised_at")
    again = data.get("approached_at")
    return bool(
        data.occurrence > 1 and randomized_at and again and again > randomized_at
    )


@check(
    "SCN-04",
    form="SCN",
    item="rescreening_of",
    severity=SOFT,
    message=N_("The consent is older than %(days)s days. Ask for it again."),
)
def _(data: FormData, casebook: Casebook) -> dict[str, int] | None:
    consented, again = casebook.fact("consented_at"), data.get("approached_at")
    days = PROTOCOL.freshness.rescreening_consent_days
    if data.occurrence == 1 or consented is None or again is None:
        return None
    return {"days": days} if again - consented > timedelta(days=days) else None


@check(
    "SCN-05",
    form="SCN",
    item="screening_closed_at",
    severity=HARD,
    message=N_("Screening cannot be closed before the person was approached."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    del casebook
    opened, closed = data.get("approached_at"), data.get("screening_closed_at")
    return bool(opened and closed and closed < opened)


def _contradicts_verdict(
    data: FormData, reason: str, verdict: str, casebook: Casebook
) -> bool:
    is_reason = data.get("screen_failure_reason") == reason
    if not is_reason or data.get("failed_criteria"):
        return False  # what was frozen at closing stays, also when data are corrected
    return bool(casebook.fact("eligibility").verdict != verdict)


@check(
    "SCN-06",
    form="SCN",
    item="screen_failure_reason",
    severity=HARD,
    message=N_("No criterion decides against this person. Choose another reason."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    failed = ScreenFailure.CRITERIA_FAILED
    return _contradicts_verdict(data, failed, Verdict.INELIGIBLE, casebook)


@check(
    "SCN-07",
    form="SCN",
    item="screen_failure_reason",
    severity=HARD,
    message=N_("“Not evaluable” needs criteria that are unknown, and none against."),
)
def _(data: FormData, casebook: Casebook) -> bool:
    unknown = ScreenFailure.NOT_EVALUABLE
    return _contradicts_verdict(data, unknown, Verdict.INDETERMINATE, casebook)
