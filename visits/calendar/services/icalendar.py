"""Visits as an iCalendar object (RFC 5545): number and visit code, nothing else.

A calendar program shows it on a phone's lock screen and copies it to other servers, so
it names no person, disease, study, product or hospital.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard

from trial_edc.dates import SITE_TZ
from trial_edc.requirements import implements
from visits.calendar.selectors import PlannedVisit

ONE_DAY = timedelta(days=1)
SINCE = datetime(2020, 1, 1, tzinfo=UTC)  # sequence numbers count seconds from here
NO_DST_SINCE = datetime(1992, 1, 1)  # noqa: DTZ001 - a zone begins in its own time
OFFSET = timedelta(hours=8)


@implements("CAL-02")
def calendar_of(
    planned: Iterable[PlannedVisit], changed_at: Mapping[int, datetime]
) -> bytes:
    """The visits as a published calendar; the same visits give the same bytes.

    `changed_at` is when a participant's course was last changed, by key.
    """
    calendar = Calendar()
    calendar.add("PRODID", "-//visits//visits//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "PUBLISH")
    calendar.add("X-WR-CALNAME", "Visits")
    calendar.add_component(_site_zone())
    for visit in planned:
        calendar.add_component(_event(visit, changed_at[visit.participant.pk]))
    content: bytes = calendar.to_ical()
    return content


def _event(planned: PlannedVisit, changed_at: datetime) -> Event:
    name = f"{planned.participant.number} {planned.label}"
    changed_at = changed_at.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("UID", f"{name.replace(' ', '.')}@visits")
    event.add("DTSTAMP", changed_at)
    event.add("LAST-MODIFIED", changed_at)
    event.add("SEQUENCE", max(0, int((changed_at - SINCE).total_seconds())))
    event.add("SUMMARY", name)
    event.add("CLASS", "PRIVATE")
    event.add("STATUS", "CONFIRMED")
    at = planned.appointment_at or planned.visit.state.due_at
    if at:
        event.add("DTSTART", at.astimezone(SITE_TZ))
    elif planned.opens and planned.closes:
        event.add("DTSTART", planned.opens)
        event.add("DTEND", planned.closes + ONE_DAY)  # the day after the last
        event.add("TRANSP", "TRANSPARENT")  # a window keeps nobody busy
    return event


def _site_zone() -> Timezone:
    standard = TimezoneStandard()
    standard.add("DTSTART", NO_DST_SINCE)
    standard.add("TZOFFSETFROM", OFFSET)
    standard.add("TZOFFSETTO", OFFSET)
    standard.add("TZNAME", "CST")
    zone = Timezone()
    zone.add("TZID", SITE_TZ.key)
    zone.add_component(standard)
    return zone
