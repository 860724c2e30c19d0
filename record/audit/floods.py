"""Tries of strangers: an origin that tries too often is stopped, a flood is one entry.

A try is counted before it is looked at, in one statement, so that no number of tries at
once passes a limit. The limits and their reasons stand in the settings; an origin is an
address (of IPv6 its /64) or what the caller names, such as a browser that is known.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from record.audit.attribution import (
    Actor,
    Process,
    Source,
    act,
    attributed,
    current_trace,
)
from record.audit.events import announce
from trial_edc import clock
from trial_edc.requirements import implements

COUNTER = Process("tries")
EVERYBODY = "*"  # stands for all addresses
MOST_NAMED = 10  # origins that an entry names
COUNT = """
    WITH mine AS (
        INSERT INTO audit_trycount AS t (act, window_at, origin, tries, unlisted)
        VALUES (%(act)s, %(window_at)s, %(origin)s, 1, 0)
        ON CONFLICT (act, window_at, origin) DO UPDATE SET tries = t.tries + 1
        RETURNING tries
    ), everybody AS (
        INSERT INTO audit_trycount AS t (act, window_at, origin, tries, unlisted)
        SELECT %(act)s, %(window_at)s, %(everybody)s, 1, 0 FROM mine
        WHERE NOT %(is_known)s AND mine.tries <= %(most)s
        ON CONFLICT (act, window_at, origin) DO UPDATE SET tries = t.tries + 1
        RETURNING tries
    )
    SELECT mine.tries, coalesce(everybody.tries, 0)
    FROM mine LEFT JOIN everybody ON true
"""
LEAVE_OUT = """
    INSERT INTO audit_trycount AS t (act, window_at, origin, tries, unlisted)
    VALUES (%s, %s, %s, 0, 1)
    ON CONFLICT (act, window_at, origin) DO UPDATE SET unlisted = t.unlisted + 1
    RETURNING unlisted
"""
TAKE_ENDED = """
    DELETE FROM audit_trycount WHERE window_at <= %s
    RETURNING act, window_at, origin, unlisted
"""


class TooManyTries(Exception):
    """The try is not looked at; `seconds` later the next one is."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class TriesFlooded:
    """Tries of strangers are counted only, and have no entries of their own."""

    act: str


@dataclass(frozen=True)
class Try:
    """A try that may be looked at; `act` is its entry's where it is refused."""

    act: str
    origin: str
    is_known: bool
    window_at: datetime
    has_entry: bool


def window() -> timedelta:
    return timedelta(minutes=settings.TRIES_WINDOW_MINUTES)


def origin_of(address: str) -> str:
    """Who has one address of IPv6 has all of its /64."""
    if not address:
        return "unknown"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ip_network((parsed, 64), strict=False))
    return str(parsed)


@implements("ACC-13")
def begin(act_name: str, *, known_as: str = "") -> Try:
    """Count a try. Raises `TooManyTries`.

    `known_as` names an origin that has come in before: it has the limit of an address
    to itself, whatever strangers do.
    """
    origin = known_as or origin_of(current_trace.get().address)
    window_at = _this_window()
    limits = settings.TRIES_PER_ADDRESS, settings.TRIES_IN_ALL
    mine, everybody = _count(act_name, window_at, origin, is_known=bool(known_as))
    listed = settings.ENTRIES_PER_ADDRESS, settings.ENTRIES_IN_ALL
    has_entry = mine <= listed[0] and everybody <= listed[1]
    counted = Try(act_name, origin, bool(known_as), window_at, has_entry)
    if mine > limits[0] or everybody > limits[1]:
        _leave_out(counted)
        end = window_at + window()
        raise TooManyTries(ceil((end - clock.now()).total_seconds()))
    return counted


def tries_of(act_name: str, subject: str) -> int:
    """Count a try about a subject, such as a name; return how many there were."""
    mine, _everybody = _count(act_name, _this_window(), subject, is_known=True)
    return mine


def _this_window() -> datetime:
    seconds = int(window().total_seconds())
    now = int(clock.now().timestamp())
    return datetime.fromtimestamp(now - now % seconds, UTC)


def _count(
    act_name: str, window_at: datetime, origin: str, *, is_known: bool
) -> tuple[int, int]:
    """Tries of the origin and of all addresses; what one has too many is not of all."""
    values = {
        "act": act_name,
        "window_at": window_at,
        "origin": origin,
        "everybody": EVERYBODY,
        "is_known": is_known,
        "most": settings.TRIES_PER_ADDRESS,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(COUNT, values)
        mine, everybody = cursor.fetchone()
    return mine, everybody


def uncount(counted: Try) -> None:
    """Take a try that was no failure out of the count."""
    origins = [counted.origin] + ([] if counted.is_known else [EVERYBODY])
    with transaction.atomic(), connection.cursor() as cursor:
        for origin in origins:
            cursor.execute(
                "UPDATE audit_trycount SET tries = tries - 1"
                " WHERE act = %s AND window_at = %s AND origin = %s AND tries > 0",
                [counted.act, counted.window_at, origin],
            )


@implements("ACC-16")
def refuse(counted: Try, details: Mapping[str, Any]) -> None:
    """Record a refused try, or count it where enough of them have an entry.

    Call it inside an attributed transaction.
    """
    if counted.has_entry:
        act(counted.act, details=details)
    else:
        _leave_out(counted)


@implements("ACC-16")
def refuse_stranger(
    act_name: str, details: Mapping[str, Any], *, by: Actor, via: Source
) -> None:
    """Count and record a try that is known to be refused. Raises `TooManyTries`."""
    counted = begin(act_name)
    with attributed(by=by, via=via):
        refuse(counted, details)


def _leave_out(counted: Try) -> None:
    with attributed(by=COUNTER, via=Source.TASK), connection.cursor() as cursor:
        cursor.execute(LEAVE_OUT, [counted.act, counted.window_at, counted.origin])
        if cursor.fetchone() == (1,):
            announce(TriesFlooded(counted.act), by=COUNTER, via=Source.TASK)


@implements("ACC-16")
def list_ended_windows() -> int:
    """Write one entry for all tries of a window that have none; return how many.

    A window is taken as its rows are removed, so two tasks never count a row twice.
    """
    ended: dict[tuple[str, datetime], dict[str, int]] = defaultdict(dict)
    with attributed(by=COUNTER, via=Source.TASK), connection.cursor() as cursor:
        cursor.execute(TAKE_ENDED, [clock.now() - window()])
        for act_name, window_at, origin, unlisted in cursor.fetchall():
            if unlisted:
                ended[act_name, window_at][origin] = unlisted
        for (act_name, window_at), unlisted_of in sorted(ended.items()):
            act(act_name, details=_details(window_at, unlisted_of))
    return len(ended)


def _details(window_at: datetime, unlisted_of: Mapping[str, int]) -> dict[str, Any]:
    busiest = sorted(unlisted_of, key=lambda origin: (-unlisted_of[origin], origin))
    return {
        "count": sum(unlisted_of.values()),
        "from": window_at.isoformat(),
        "until": (window_at + window()).isoformat(),
        "origins": len(unlisted_of),
        "busiest": {origin: unlisted_of[origin] for origin in busiest[:MOST_NAMED]},
    }
