"""The feed of a person's own calendar: made, shown once, renewed, revoked, taken."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from record.accounts.models import User
from record.accounts.services.accounts import within_delegation
from record.audit.attribution import Source, act, attributed
from record.audit.models import Entry
from record.casebook.models import FormInstance, Participant
from trial_edc import chance, clock
from trial_edc.requirements import implements
from visits.calendar.selectors import planned_visits
from visits.calendar.services import icalendar as ics
from visits.models import CalendarFeed
from visits.schedule.facts import FORMS
from visits.schedule.selectors import reads_schedules

TOKEN_CHARACTERS = 64  # 256 bits: nobody finds one by trying
TAKEN = "calendar_feed_taken"
MOST, WITHIN = 60, timedelta(hours=1)  # a calendar program asks a few times an hour


class TooOften(Exception):
    """A feed was taken more often than any calendar program needs."""


@dataclass(frozen=True)
class Published:
    """A calendar as it goes out."""

    content: bytes
    digest: str


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user, revoked_at=None).first()


def last_taken_at(user: User) -> datetime | None:
    taken = Entry.objects.filter(actor_id=user.pk, act=TAKEN).last()
    return (taken.demo_at or taken.at) if taken else None


@implements("CAL-03")
def make_feed(*, by: User) -> str:
    """Make a feed, or make it anew; return the token, which is never shown again."""
    token = chance.token(TOKEN_CHARACTERS)
    with attributed(by=by, via=Source.PAGE):
        _revoke(by)
        CalendarFeed.objects.create(user=by, token_hash=_hash(token))
    return token


@implements("CAL-03")
def revoke_feed(*, by: User) -> None:
    """Revoke the feed; its address answers no more."""
    with attributed(by=by, via=Source.PAGE):
        _revoke(by)


def _revoke(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    for feed in CalendarFeed.objects.filter(user=user, revoked_at=None):
        feed.revoked_at = clock.now()
        feed.save(update_fields=("revoked_at",))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@implements("CAL-03")
def reader_of(token: str) -> User | None:
    """Return whose feed a token opens; None also when that person's rights are gone."""
    if len(token) != TOKEN_CHARACTERS:
        return None
    held = CalendarFeed.objects.filter(token_hash=_hash(token), revoked_at=None)
    feed = held.select_related("user").first()
    if feed is None:
        return None
    user = feed.user
    still = within_delegation(user) and not user.must_change_password
    return user if still and reads_schedules(user) else None


@implements("CAL-02", "CAL-03")
def take(user: User) -> Published:
    """Return the visits that a person may see now, and record that they were taken."""
    if _taken_lately(user) >= MOST:
        raise TooOften
    awaited = [one for one in planned_visits(user) if not one.is_over]
    content = ics.calendar_of(
        awaited, _changed_at({one.participant for one in awaited})
    )
    with attributed(by=user, via=Source.API):
        act(TAKEN, details={"visits": len(awaited)})
    return Published(content, sha256(content).hexdigest())


def _taken_lately(user: User) -> int:
    since = timezone.now() - WITHIN  # entries carry the server's time
    taken = Entry.objects.filter(actor_id=user.pk, act=TAKEN, at__gte=since)
    return taken.count()


def _changed_at(people: Iterable[Participant]) -> dict[int, datetime]:
    """Return when each course was last changed, by what moves the schedule alone.

    From the audit trail, so it only ever grows, also when a row is struck out or
    restored. Of the forms counted none is restricted.
    """
    forms = FormInstance.objects.filter(participant__in=people, code__in=FORMS)
    told = Entry.objects.filter(form_id__in=forms.values("pk"))
    latest = told.values_list("participant_id").annotate(
        latest=Max(Coalesce("demo_at", "at"))
    )
    return {pk: at for pk, at in latest if pk}
