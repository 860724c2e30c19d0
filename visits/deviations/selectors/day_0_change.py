"""What another day 0 would do to the windows and their deviations."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext

from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode
from visits.deviations.facts import fell_away, visit_of_occasion
from visits.schedule import rules
from visits.schedule.facts import (
    FORMS,
    infusion,
)
from visits.schedule.selectors import schedule


@dataclass(frozen=True, slots=True)
class WindowChange:
    """What another day 0 would do to one visit."""

    code: VisitCode
    before: rules.Window | None
    after: rules.Window | None
    done_on: date | None
    loses_ground: tuple[int, ...] = ()  # the numbers of its deviations

    @property
    def falls_out(self) -> bool:
        """Tell whether a visit already done would lie outside its window."""
        if self.done_on is None or self.after is None:
            return False
        return self.done_on not in self.after

    @property
    def deviations(self) -> str:
        """Say what people will be asked to decide; nothing is struck by itself."""
        if not self.loses_ground:
            return "—"
        numbers = ", ".join(f"DEV #{number}" for number in self.loses_ground)
        text = gettext("%(numbers)s loses its ground; people decide about it")
        return text % {"numbers": numbers}

    @property
    def moves(self) -> bool:
        return self.before != self.after


def preview_day0_change(
    participant: Participant, started_at: datetime | None
) -> list[WindowChange]:
    """Return every window as it is, and as another start of infusion 1 makes it.

    `started_at` None: infusion 1 has not started after all.
    """
    now = schedule(participant)
    course = replace(now.course, day0=started_at and site_date(started_at))
    groundless = _groundless(participant, started_at)
    changes = []
    for visit in now.visits:
        if visit.code in (VisitCode.SCREENING, VisitCode.UNSCHEDULED):
            continue
        after = rules.window(visit.code, course.anchor) if course.anchor else None
        lost = tuple(groundless.get(visit.code, ()))
        changes.append(
            WindowChange(visit.code, visit.state.window, after, visit.done_on, lost)
        )
    return changes


def _groundless(
    participant: Participant, started_at: datetime | None
) -> dict[str, list[int]]:
    """Return by visit the deviations that another start takes the ground from."""
    before = casebook_of(participant, *FORMS, "DEV")
    record = infusion(before, 1)
    if record is None:
        return {}
    told = {**record.values, "started_at": started_at}
    after = before.with_data(replace(record, values=told))
    lost: dict[str, list[int]] = {}
    for row in before.rows("DEV"):
        if fell_away(row, after) and not fell_away(row, before):
            lost.setdefault(visit_of_occasion(row), []).append(row.occurrence)
    return lost
