"""Treatment-emergent adverse events from infusion 1 to the month-3 date."""

from dataclasses import dataclass
from datetime import datetime

from outcomes.rules.observed_course import Record, RecordedEvent
from trial_edc.dates import SITE_TZ, PartialDateText
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class Emergent:
    """Treatment-emergent events of one participant."""

    count: int
    any_serious: bool
    worst_grade: int | None


@implements("OUT-08")
def emergent_events(record: Record) -> Emergent:
    """Without an infusion no event can be treatment-emergent."""
    emergent = [event for event in record.events if is_emergent(record, event)]
    grades = [event.grade for event in emergent if event.grade is not None]
    serious = any(event.serious for event in emergent)
    return Emergent(len(emergent), serious, max(grades, default=None))


def is_emergent(record: Record, event: RecordedEvent) -> bool:
    """Onset not before infusion 1 nor after month 3; partial: if it could be.

    A date without time on day 0 counts, which is conservative.
    """
    if record.infusion_1_at is None:
        return False
    onset = PartialDateText.parse(event.onset)
    last = min(record.month3, record.cutoff)
    if onset.latest < record.day0 or onset.earliest > last:
        return False
    return "T" not in event.onset or instant(event.onset) >= record.infusion_1_at


def instant(text: str) -> datetime:
    """A date-time without an offset is the site's wall clock."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SITE_TZ)
