"""What a session holds, when it ends for want of activity, and which are open."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from record.accounts.models import User
from trial_edc import clock

SEEN_AT = "seen_at"  # the last activity, in seconds since 1970
SIGNED_IN_AT = "signed_in_at"  # the same of the sign-in
SIGNED_IN_FROM = "signed_in_from"  # address
STAYS_UNTIL = "stays_until"  # instants before which it is never idle, by what


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session in which its owner can go on; `name` says nothing of its key."""

    name: str
    key: str
    user: User
    signed_in_at: datetime | None
    seen_at: datetime
    address: str


def idle_at(session: Mapping[str, Any] | SessionBase) -> int:
    """When it ends for want of activity, in seconds since 1970."""
    seen_at: int = session.get(SEEN_AT, int(clock.now().timestamp()))
    stays: dict[str, int] = session.get(STAYS_UNTIL, {})
    limit_seconds: int = 60 * settings.IDLE_LIMIT_MINUTES
    return max(seen_at + limit_seconds, *stays.values(), 0)


def open_sessions(user: User | None = None) -> list[OpenSession]:
    """Return those of a person, or all; the most recently used first."""
    sessions = list(_open(user))
    return sorted(sessions, key=lambda one: one.seen_at, reverse=True)


def _open(user: User | None) -> Iterator[OpenSession]:
    now = clock.now()
    people = {str(one.pk): one for one in User.objects.filter(is_active=True)}
    for stored in Session.objects.filter(expire_date__gt=now):
        session = stored.get_decoded()
        owner = people.get(session.get(SESSION_KEY, ""))
        if (
            owner is None
            or user not in (None, owner)
            or idle_at(session) <= now.timestamp()
        ):
            continue
        digest = session.get(HASH_SESSION_KEY, "")
        if not constant_time_compare(digest, owner.get_session_auth_hash()):
            continue
        since = session.get(SIGNED_IN_AT)
        yield OpenSession(
            name=name_of(stored.session_key),
            key=stored.session_key,
            user=owner,
            signed_in_at=_instant(since) if since else None,
            seen_at=_instant(session.get(SEEN_AT, 0)),
            address=session.get(SIGNED_IN_FROM, ""),
        )


def name_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
