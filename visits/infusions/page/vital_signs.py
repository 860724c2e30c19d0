"""The grid of vital signs at the bedside: one line a time point; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext

from trial_edc.dates import SITE_TZ
from trial_edc.protocol import PROTOCOL
from visits.infusions.facts import vital_sign_times as timing
from visits.infusions.vocabulary import NotMeasuredReason

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TIMES = {time.code: time for time in PROTOCOL.infusion.vital_sign_times}
SIGNS = (
    ("°C", ("temperature_c",)),
    ("/min", ("heart_rate",)),
    ("mmHg", ("systolic_bp", "diastolic_bp")),
    ("/min", ("respiratory_rate",)),
    ("%", ("spo2_pct",)),
)


def span(minutes: int) -> str:
    if minutes < HOUR // MINUTE:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    hours, rest = divmod(minutes, HOUR // MINUTE)
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


@dataclass(frozen=True, slots=True)
class VitalSignLine:
    """One time point as the grid of vital signs shows it."""

    point: timing.VitalSignPoint
    now: datetime
    based_on: int
    minutes_off: int | None

    @property
    def label(self) -> str:
        return gettext(self.point.label)

    @property
    def anchor(self) -> str:
        """What its time counts from: start or end."""
        return TIMES[self.point.code].anchor.value

    @property
    def minute(self) -> int:
        return max(TIMES[self.point.code].minute, 0)

    @property
    def tolerance_s(self) -> int:
        return 0 if self.is_before_start else TIMES[self.point.code].tolerance_min * 60

    @property
    def is_before_start(self) -> bool:
        """It belongs before the infusion and is due until the start."""
        return TIMES[self.point.code].minute < 0

    @property
    def due_at(self) -> datetime | None:
        due = self.point.due
        if due is None or due.due_at is None:
            return None
        return due.due_at + due.tolerance if self.is_before_start else due.due_at

    @property
    def is_late(self) -> bool:
        return (
            self.point.is_awaited
            and timing.NextMeasurement(self.point, self.now).is_late
        )

    @property
    def is_applicable(self) -> bool:
        return self.point.is_applicable

    @property
    def has_opened(self) -> bool:
        early = timedelta(seconds=self.tolerance_s)
        return self.due_at is not None and self.now >= self.due_at - early

    @property
    def status(self) -> str:
        """A status of a visit while it is awaited, else of a form."""
        if not self.point.is_awaited:
            return self.point.status
        if self.due_at is None:
            return "due" if self.is_before_start else "not_due"
        if self.now < self.due_at:
            return "upcoming"
        return "overdue" if self.is_late else "due"

    @property
    def countdown(self) -> str:
        if self.due_at is None:
            return ""
        minutes = round((self.due_at - self.now) / MINUTE)
        if minutes > 0:
            return gettext("in %s") % span(minutes)
        text = gettext("%s late") if self.is_late else gettext("due since %s")
        return text % span(-minutes)

    @property
    def due_time(self) -> str:
        return time_of_day(self.due_at)

    @property
    def taken_time(self) -> str:
        return time_of_day(self.point.row.get("taken_at") if self.point.row else None)

    @property
    def values(self) -> list[tuple[str, str]]:
        """Unit and value of each sign; empty where nothing was measured."""
        row = self.point.row
        if row is None or not self.point.is_answered or self.point.is_not_done:
            return []
        measured = {name: row.get(name) for _unit, names in SIGNS for name in names}
        words = {
            name: "—" if value is None else f"{value:f}"
            for name, value in measured.items()
        }
        return [
            (unit, "/".join(words[name] for name in names)) for unit, names in SIGNS
        ]

    @property
    def not_measured_reason(self) -> str:
        reason = self.point.row.get("not_done_reason") if self.point.row else None
        return gettext(NotMeasuredReason(reason).label) if reason else ""


def time_of_day(at: datetime | None) -> str:
    return f"{at.astimezone(SITE_TZ):%H:%M}" if at else ""
