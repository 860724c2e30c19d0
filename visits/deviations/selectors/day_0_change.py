"""What another day 0 would change in windows and their deviations."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext

from record.casebook.models import Participant
from record.casebook.selectors import casebook_of
from trial_edc.dates import site_date
from trial_edc.vocabulary import VisitCode
from visits.deviations.facts import condition_no_longer_holds, visit_concerned
from visits.schedule import rules
from visits.schedule.facts import (
    FORMS,
    infusion,
)
from visits.schedule.selectors import schedule


@dataclass(frozen=True, slots=True)
class WindowChange:
    """What another day 0 would change for one visit."""

    code: VisitCode
    before: rules.Window | None
    after: rules.Window | None
    done_on: date | None
    outdated_deviations: tuple[int, ...] = ()  # their numbers

    @property
    def leaves_window(self) -> bool:
        if self.done_on is None or self.after is None:
            return False
        return self.done_on not in self.after

    @property
    def deviations(self) -> str:
        if not self.outdated_deviations:
            return "—"
        numbers = ", ".join(f"DEV #{number}" for number in self.outdated_deviations)
        text = gettext("%(numbers)s loses its ground; people decide about it")
        return text % {"numbers": numbers}

    @property
    def moves(self) -> bool:
        return self.before != self.after


def preview_day0_change(
    participant: Participant, started_at: datetime | None
) -> list[WindowChange]:
    """Every window as it is, and as another start of infusion 1 makes it.

    `started_at` None: infusion 1 has not started after all.
    """
    now = schedule(participant)
    course = replace(now.course, day0=started_at and site_date(started_at))
    outdated = _outdated_deviations(participant, started_at)
    changes = []
    for visit in now.visits:
        if visit.code in (VisitCode.SCREENING, VisitCode.UNSCHEDULED):
            continue
        after = rules.window(visit.code, course.anchor) if course.anchor else None
        numbers = tuple(outdated.get(visit.code, ()))
        changes.append(
            WindowChange(visit.code, visit.state.window, after, visit.done_on, numbers)
        )
    return changes


def _outdated_deviations(
    participant: Participant, started_at: datetime | None
) -> dict[str, list[int]]:
    """Numbers, by visit, of deviations whose condition another start would end."""
    before = casebook_of(participant, *FORMS, "DEV")
    record = infusion(before, 1)
    if record is None:
        return {}
    values = {**record.values, "started_at": started_at}
    after = before.with_data(replace(record, values=values))
    numbers: dict[str, list[int]] = {}
    for deviation in before.rows("DEV"):
        if condition_no_longer_holds(
            deviation, after
        ) and not condition_no_longer_holds(deviation, before):
            visit = visit_concerned(deviation)
            numbers.setdefault(visit, []).append(deviation.occurrence)
    return numbers
