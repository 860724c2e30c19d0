"""Sessions that somebody ends from outside of them."""

from collections.abc import Iterable

from django.contrib.sessions.models import Session

from record.accounts.models import User
from record.accounts.services.proposals import lock_administration
from record.accounts.sessions import OpenSession, open_sessions
from record.audit.attribution import Source, act, attributed
from trial_edc.requirements import implements


@implements("ACC-14")
def end_session_of(name: str, *, by: User) -> OpenSession | None:
    """End a session of anybody; None where it has ended already."""
    with attributed(by=by, via=Source.PAGE):
        lock_administration(by)
        session = next((one for one in open_sessions() if one.name == name), None)
        _end([session] if session else [])
    return session


def end_other_sessions(user: User, *, own_key: str | None) -> int:
    """End the person's sessions but the one of `own_key`; return how many."""
    with attributed(by=user, via=Source.PAGE):
        others = [one for one in open_sessions(user) if one.key != own_key]
        _end(others)
    return len(others)


def _end(sessions: Iterable[OpenSession]) -> None:
    for session in sessions:
        Session.objects.filter(pk=session.key).delete()
        details = {"username": session.user.username, "why": "ended"}
        act("session_ended", details=details)
