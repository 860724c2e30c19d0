"""Edit checks of the bedside record and of its vital signs."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from record.casebook.checks import check
from record.casebook.form_data import Casebook, FormData
from record.casebook.intervals import others
from record.casebook.values import Row
from trial_edc.dates import site_date
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import N_, MissingCode, Severity, VisitCode
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.rules import delivery
from visits.infusions.vocabulary import InfusionDecision
from visits.schedule.facts import STARTED, infusion, infusion_started_at, window_of

SCHEDULE = PROTOCOL.schedule
DURATION_HARD, DURATION_SOFT = (Decimal(1), Decimal(480)), (Decimal(15), Decimal(120))
RATE_HARD, RATE_SOFT = (Decimal("0.1"), Decimal(20)), (Decimal("0.5"), Decimal(5))


@check(
    "INF-01",
    form="INF",
    item="started_at",
    severity=Severity.HARD,
    message=N_("The infusion starts before randomization."),
)
def started_before_randomization(data: FormData, casebook: Casebook) -> bool:
    at, randomized_at = data.get("started_at"), casebook.value("RAN", "randomised_at")
    return at is not None and randomized_at is not None and at < randomized_at


@check(
    "INF-02",
    form="INF",
    item="stopped_at",
    severity=Severity.HARD,
    message=N_("The stop must be after the start."),
)
def stop_not_after_start(data: FormData, casebook: Casebook) -> bool:
    del casebook
    start, stop = data.get("started_at"), data.get("stopped_at")
    return start is not None and stop is not None and stop <= start


@check(
    "INF-03",
    form="INF",
    item="started_at",
    severity=Severity.HARD,
    message=N_("Infusion 2 comes after infusion 1."),
)
def infusions_in_wrong_order(data: FormData, casebook: Casebook) -> bool:
    first, second = infusion(casebook, 1), infusion_started_at(casebook, 2)
    if first is None or second is None or data.get("started_at") is None:
        return False
    ended_at = first.get("stopped_at") or first.get("started_at")
    return ended_at is not None and second <= ended_at


@check(
    "INF-04",
    form="INF",
    item="started_at",
    severity=Severity.SOFT,
    message=N_("No request with the decision go exists for this infusion."),
)
def started_without_request(data: FormData, casebook: Casebook) -> bool:
    decision = casebook.value("IRQ", "decision", data.visit)
    return data.get("started_at") is not None and decision != InfusionDecision.GO


@check(
    "INF-05",
    form="INF",
    item="started_at",
    severity=Severity.SOFT,
    message=N_("Outside the window of this infusion."),
)
def started_outside_window(data: FormData, casebook: Casebook) -> bool:
    at, randomized_at = data.get("started_at"), casebook.value("RAN", "randomised_at")
    if at is None:
        return False
    if data.visit == VisitCode.DAY_0:
        limit = timedelta(hours=SCHEDULE.day0_hours_after_randomization)
        return randomized_at is not None and at > randomized_at + limit
    window = window_of(casebook, data.visit)
    return window is not None and site_date(at) not in window


@check(
    "INF-06",
    form="INF",
    item="interruptions",
    severity=Severity.HARD,
    message=N_("An interruption lies inside start and stop, and ends after it begins."),
)
def interruption_outside(data: FormData, casebook: Casebook) -> bool:
    del casebook
    start, stop = data.get("started_at"), data.get("stopped_at")
    return any(_misplaced(row, start, stop) for row in data.get("interruptions") or ())


def _misplaced(row: Row, start: datetime | None, stop: datetime | None) -> bool:
    from_at, to_at = (_instant(row.get(name)) for name in ("from_at", "to_at"))
    return bool(
        (from_at and to_at and to_at <= from_at)
        or (start and from_at and from_at < start)
        or (stop and from_at and from_at >= stop)
        or (stop and to_at and to_at > stop)
    )


def _instant(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _delivery_value(data: FormData, name: str) -> Decimal | None:
    result = delivery(
        started_at=data.get("started_at"),
        stopped_at=data.get("stopped_at"),
        volume_ml=data.get("volume_ml"),
    )
    value: Decimal | None = getattr(result, name)
    return value


def _range_check(
    check_id: str,
    severity: Severity,
    *,
    name: str,
    message: str,
    inside: tuple[Decimal, Decimal],
) -> None:
    """Declare a range check of a derived number; hard limits go before soft ones."""

    def rule(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
        del casebook
        value = _delivery_value(data, name)
        low, high = inside
        if value is None or low <= value <= high:
            return None
        return {"value": f"{value:.1f}", "low": f"{low:f}", "high": f"{high:f}"}

    check(check_id, form="INF", item="stopped_at", severity=severity, message=message)(
        rule
    )


DURATION = N_("A duration of %(value)s min (expected %(low)s to %(high)s).")
RATE = N_("A mean rate of %(value)s mL/min (expected %(low)s to %(high)s).")
MINUTES = {"name": "duration_min", "message": DURATION}
ML_MIN = {"name": "mean_rate_ml_min", "message": RATE}
_range_check("INF-07", Severity.HARD, inside=DURATION_HARD, **MINUTES)
_range_check("INF-08", Severity.SOFT, inside=DURATION_SOFT, **MINUTES)
_range_check("INF-09", Severity.HARD, inside=RATE_HARD, **ML_MIN)
_range_check("INF-10", Severity.SOFT, inside=RATE_SOFT, **ML_MIN)


@check(
    "INF-11",
    form="INF",
    item="given",
    severity=Severity.SOFT,
    message=N_("Vital signs are missing at: %(missing)s."),
)
def time_points_missing(
    data: FormData, casebook: Casebook
) -> Mapping[str, object] | None:
    if data.get("given") not in STARTED or data.get("stopped_at") is None:
        return None
    missing = timing.missing_time_points(data, casebook)
    return {"missing": ", ".join(missing)} if missing else None


@check(
    "VSI-02",
    form="VSI",
    item="taken_at",
    severity=Severity.SOFT,
    message=N_("Taken %(minutes)s min from when it was due."),
)
def taken_off_time(data: FormData, casebook: Casebook) -> Mapping[str, object] | None:
    minutes = timing.minutes_off(data, casebook)
    return {"minutes": minutes} if minutes is not None else None


@check(
    "VSI-03",
    form="VSI",
    item="taken_at",
    severity=Severity.SOFT,
    message=N_("Vital signs were not taken at this time point."),
)
def not_taken(data: FormData, casebook: Casebook) -> bool:
    del casebook
    return data.missing("taken_at") == MissingCode.NOT_DONE


@check(
    "VSI-04",
    form="VSI",
    item="time_point",
    severity=Severity.HARD,
    message=N_("This time point has its own row at this infusion."),
)
def time_point_twice(data: FormData, casebook: Casebook) -> bool:
    point = data.get("time_point")
    return point is not None and any(
        row.visit == data.visit and row.get("time_point") == point
        for row in others(data, casebook)
    )
