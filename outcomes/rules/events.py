"""Treatment-emergent adverse events from infusion 1 to the month-3 date."""

from dataclasses import dataclass
from datetime import datetime

from outcomes.rules.observed_course import Record, RecordedEvent
from outcomes.rules.states import AnyEvent
from trial_edc.dates import SITE_TZ, PartialDateText
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class Emergent:
    """Treatment-emergent events of one participant."""

    any_event: bool | AnyEvent
    count: int | AnyEvent
    any_serious: bool | AnyEvent
    worst_grade: int | AnyEvent | None


NEVER_INFUSED = Emergent(*[AnyEvent.NOT_APPLICABLE] * 4)


@implements("OUT-08")
def emergent_events(record: Record) -> Emergent:
    if record.infusion_1_at is None:
        return NEVER_INFUSED
    emergent = [event for event in record.events if is_emergent(record, event)]
    grades = [event.grade for event in emergent if event.grade is not None]
    serious = any(event.serious for event in emergent)
    worst = max(grades, default=None)
    return Emergent(bool(emergent), len(emergent), serious, worst)


def is_emergent(record: Record, event: RecordedEvent) -> bool:
    """Onset not before infusion 1 nor after month 3; partial: if it could be.

    A date without time on day 0 counts, which is conservative.
    """
    onset = PartialDateText.parse(event.onset)
    last = min(record.month3, record.cutoff)
    if onset.latest < record.day0 or onset.earliest > last:
        return False
    return "T" not in event.onset or instant(event.onset) >= record.starts_at


def instant(text: str) -> datetime:
    """A date-time without an offset is the site's wall clock."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SITE_TZ)
