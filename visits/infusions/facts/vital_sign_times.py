"""When vital signs are due around an infusion, and which are missing; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from record.casebook.form_data import Casebook, FormData
from record.casebook.values import Row, is_blank
from trial_edc.protocol import PROTOCOL
from trial_edc.vocabulary import MissingCode
from visits.infusions.rules import DueTime, vital_sign_times
from visits.infusions.vocabulary import Given, InfusionDecision, TimePoint

POINTS = tuple(point.code for point in PROTOCOL.infusion.vital_sign_times)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class VitalSignPoint:
    """One time point of an infusion with its row, if it has one."""

    occurrence: int
    code: str
    due: DueTime | None
    row: FormData | None

    @property
    def label(self) -> str:
        return TimePoint(self.code).label

    @property
    def is_applicable(self) -> bool:
        return self.due is None or self.due.is_applicable

    @property
    def is_answered(self) -> bool:
        """It was measured, or a reason says why not."""
        return self.row is not None and not is_blank(self.row.values.get("taken_at"))

    @property
    def is_not_done(self) -> bool:
        return bool(self.row and self.row.missing("taken_at") == MissingCode.NOT_DONE)

    @property
    def status(self) -> str:
        if not self.is_applicable:
            return "not_applicable"
        if self.is_not_done:
            return "not_done"
        return "complete" if self.is_answered else "not_started"

    @property
    def is_awaited(self) -> bool:
        return self.is_applicable and not self.is_answered


def due_times(record: FormData | None) -> dict[str, DueTime]:
    """By code of the time point; empty before the infusion starts."""
    started_at = record.get("started_at") if record else None
    if record is None or started_at is None:
        return {}
    due = vital_sign_times(started_at, record.get("stopped_at"))
    return {time.code: time for time in due}


def points_of(visit: str, casebook: Casebook) -> tuple[VitalSignPoint, ...]:
    due = due_times(casebook.one("INF", visit))
    rows = {
        row.get("time_point") or point_at(row): row
        for row in casebook.rows("VSI")
        if row.visit == visit
    }
    return tuple(
        VitalSignPoint(number, code, due.get(code), rows.get(code))
        for number, code in enumerate(POINTS, 1)
    )


def point_at(data: FormData) -> str | None:
    number = data.occurrence
    return POINTS[number - 1] if 1 <= number <= len(POINTS) else None


def open_interruption(record: FormData | None) -> Row | None:
    rows = (record.get("interruptions") if record else None) or ()
    return next(
        (row for row in rows if row.get("from_at") and not row.get("to_at")), None
    )


def next_point(points: tuple[VitalSignPoint, ...]) -> VitalSignPoint | None:
    return next((point for point in points if point.is_awaited), None)


def is_over(visit: str, casebook: Casebook) -> bool:
    record = casebook.one("INF", visit)
    if record is None or record.get("given") is None:
        return False
    was_given = record.get("given") != Given.NOT_GIVEN
    return not was_given or next_point(points_of(visit, casebook)) is None


@dataclass(frozen=True, slots=True)
class NextMeasurement:
    """The time point of an infusion to measure next, at an instant."""

    point: VitalSignPoint
    now: datetime

    @property
    def due_at(self) -> datetime | None:
        """None before the start or end from which it counts."""
        return self.point.due.due_at if self.point.due else None

    @property
    def is_late(self) -> bool:
        due = self.point.due
        return bool(due and due.due_at and self.now > due.due_at + due.tolerance)


def next_measurement(
    visit: str, casebook: Casebook, now: datetime
) -> NextMeasurement | None:
    """None unless the infusion is allowed or begun, and not over."""
    allowed = casebook.value("IRQ", "decision", visit) == InfusionDecision.GO
    begun = bool(due_times(casebook.one("INF", visit)))
    has_died = casebook.value("DTH", "death_on") is not None
    if has_died or not (allowed or begun) or is_over(visit, casebook):
        return None
    point = next_point(points_of(visit, casebook))
    return NextMeasurement(point, now) if point else None


def missing_time_points(record: FormData, casebook: Casebook) -> list[str]:
    """Labels of applicable time points that nobody measured or explained.

    Those hours after the end are left out: their own rows ask for them.
    """
    points = points_of(record.visit, casebook.with_data(record))
    return [
        point.label
        for point in points
        if point.is_awaited and point.code in RUNNING_POINTS
    ]


RUNNING_POINTS = frozenset(
    point.code
    for point in PROTOCOL.infusion.vital_sign_times
    if point.minute <= 0 or point.only_while_running
)


def due_of(data: FormData, casebook: Casebook) -> DueTime | None:
    due = due_times(casebook.one("INF", data.visit))
    return due.get(data.get("time_point") or point_at(data) or "")


def minutes_off(data: FormData, casebook: Casebook) -> int | None:
    """Minutes between measurement and due time when above tolerance, else None.

    `pre` belongs between 30 minutes before the start and the start.
    """
    taken_at, due = data.get("taken_at"), due_of(data, casebook)
    if taken_at is None or due is None or due.due_at is None:
        return None
    off = _distance(taken_at, due)
    return None if off <= timedelta(0) else int(off / MINUTE) or 1


def _distance(taken_at: datetime, due: DueTime) -> timedelta:
    """By how much a measurement is off; 0 or less inside the tolerance."""
    if due.due_at is None:
        return timedelta(0)
    if due.code == TimePoint.PRE:
        closes = due.due_at + due.tolerance
        return max(due.due_at - taken_at, taken_at - closes)
    gap = abs(taken_at - due.due_at)
    return gap if gap > due.tolerance else timedelta(0)
