"""Compares the clocks of application and database with time servers (NTP)."""

from dataclasses import dataclass

import ntplib
from django.conf import settings
from django.db import connection

from record.audit.attribution import Process, Source, attributed
from record.notices.models import ClockComparison
from record.notices.services.watchers import notify_watchers
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

COMPARE = Process("clock-comparison")
NTP_PORT = 123
TIMEOUT_SECONDS = 5
NTP_VERSION = 4
NO_TIME = (0, 16)  # strata of a server that has lost its own reference
LEAP_UNKNOWN = 3
LONGEST_PROBLEM = 200
DATABASE_TIME = "SELECT clock_timestamp()"


class NoTime(Exception):
    """A server did not tell the time; the text is that of its answer."""


@dataclass(frozen=True, slots=True)
class Distance:
    """By how many seconds this machine is ahead of a server."""

    seconds: float
    way_seconds: float


@implements("TIM-03")
def compare_with_time_servers() -> list[ClockComparison]:
    """Ask each server of the settings, keep each answer, notify of what is wrong."""
    database_ahead = _seconds_of_database()
    comparisons = [_compare(server, database_ahead) for server in settings.NTP_SERVERS]
    with attributed(by=COMPARE, via=Source.TASK):
        for comparison in comparisons:
            comparison.save()
        answers = [one for one in comparisons if not one.problem]
        if any(one.is_apart for one in answers):
            _notify_of_drift(answers)
        elif comparisons and not answers:
            _notify_of_silence(comparisons)
    return comparisons


def _seconds_of_database() -> float:
    """By how much the database is ahead of this machine."""
    with connection.cursor() as cursor:
        before = clock.machine_time()
        cursor.execute(DATABASE_TIME)
        (database_at,) = cursor.fetchone()
        after = clock.machine_time()
    seconds: float = (database_at - before).total_seconds()
    return seconds - (after - before).total_seconds() / 2


def _compare(server: str, database_ahead: float) -> ClockComparison:
    """Not saved yet: no transaction waits for a server."""
    try:
        distance = _distance_from(server)
    except NoTime as problem:
        return ClockComparison(server=server, problem=str(problem)[:LONGEST_PROBLEM])
    return ClockComparison(
        server=server,
        machine_seconds=distance.seconds,
        database_seconds=distance.seconds + database_ahead,
        way_seconds=distance.way_seconds,
    )


def _distance_from(server: str) -> Distance:
    host, _colon, port = server.partition(":")
    try:
        answer = ntplib.NTPClient().request(
            host,
            port=int(port or NTP_PORT),
            version=NTP_VERSION,
            timeout=TIMEOUT_SECONDS,
        )
    except (ntplib.NTPException, OSError, ValueError) as problem:
        raise NoTime(str(problem) or type(problem).__name__) from problem
    if answer.stratum in NO_TIME or answer.leap == LEAP_UNKNOWN:
        message = "The server has no time of its own."
        raise NoTime(message)
    return Distance(-answer.offset, answer.delay)


def _notify_of_drift(answers: list[ClockComparison]) -> None:
    numbers = [(one.machine_seconds or 0, one.database_seconds or 0) for one in answers]
    worst = max((seconds for pair in numbers for seconds in pair), key=abs)
    notify_watchers(
        "clock_drift",
        N_("A clock is wrong"),
        N_(
            "Compared with a time server, the clock of the application or of the "
            "database is %(seconds)s seconds away; at most %(limit)s are usual. Set "
            "the clocks by a time server; administrators see each comparison."
        ),
        seconds=round(worst, 1),
        limit=PROTOCOL.staff_mail.reference_drift_seconds,
    )


def _notify_of_silence(comparisons: list[ClockComparison]) -> None:
    notify_watchers(
        "clock_unknown",
        N_("No time server answers"),
        N_(
            "None of %(servers)s told the time, so nobody knows whether the clocks are "
            "right. See NTP_SERVERS, and whether UDP to port 123 leaves the machine."
        ),
        servers=", ".join(one.server for one in comparisons),
    )
