"""The calendar feed of a person: made, renewed, revoked and fetched."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from record.accounts.models import User
from record.accounts.services.accounts import within_delegation
from record.audit.attribution import Actor, Source, act, attributed
from record.audit.models import Entry
from record.casebook.models import FormInstance, Participant
from trial_edc import chance, clock
from trial_edc.requirements import implements
from visits.calendar.selectors import OVER, planned_visits, shown
from visits.calendar.services import icalendar as ics
from visits.models import CalendarFeed
from visits.schedule.facts import FORMS
from visits.schedule.selectors import reads_schedules

TOKEN_CHARACTERS = 64  # 256 bits: cannot be guessed
FETCH_ACT = "calendar_feed_taken"
# A calendar program asks a few times an hour.
MAX_FETCHES, FETCH_PERIOD = 60, timedelta(hours=1)


class FetchedTooOften(Exception):
    """A feed was fetched more often than any calendar program needs."""


@dataclass(frozen=True)
class PublishedCalendar:
    """A calendar file and the hash of its bytes."""

    content: bytes
    digest: str


def feed_of(user: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=user, revoked_at=None).first()


def last_fetched_at(user: User) -> datetime | None:
    entry = Entry.objects.filter(actor_id=user.pk, act=FETCH_ACT).order_by("at").last()
    return (entry.demo_at or entry.at) if entry else None


@implements("CAL-03")
def make_feed(*, by: User) -> str:
    """Make a feed in place of an older one; return its token, which is not stored."""
    token = chance.token(TOKEN_CHARACTERS)
    with attributed(by=by, via=Source.PAGE):
        _revoke(by)
        CalendarFeed.objects.create(user=by, token_hash=_hash(token))
    return token


@implements("CAL-03")
def revoke_feed(*, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        _revoke(by)


@implements("CAL-03")
def end_feed_of(user: User, *, by: Actor, via: Source) -> None:
    with attributed(by=by, via=via):
        _revoke(user)


def _revoke(user: User) -> None:
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    for feed in CalendarFeed.objects.filter(user=user, revoked_at=None):
        feed.revoked_at = clock.after(feed.made_at)
        feed.save(update_fields=("revoked_at",))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


@implements("CAL-03")
def reader_of(token: str) -> User | None:
    """Whose feed a token opens; None also when that person may no longer read it."""
    if len(token) != TOKEN_CHARACTERS:
        return None
    feeds = CalendarFeed.objects.filter(token_hash=_hash(token), revoked_at=None)
    feed = feeds.select_related("user").first()
    if feed is None:
        return None
    user = feed.user
    may_use = within_delegation(user) and not user.must_change_password
    return user if may_use and reads_schedules(user) else None


@implements("CAL-02", "CAL-03")
def fetch(user: User) -> PublishedCalendar:
    """The visits that a person may see now; the fetch is recorded."""
    if _recent_fetches(user) >= MAX_FETCHES:
        raise FetchedTooOften
    awaited = shown(planned_visits(user).exclude(status_now__in=OVER))
    content = ics.calendar_of(
        awaited, _changed_at({planned.participant for planned in awaited})
    )
    with attributed(by=user, via=Source.API):
        act(FETCH_ACT, details={"visits": len(awaited)})
    return PublishedCalendar(content, sha256(content).hexdigest())


def _recent_fetches(user: User) -> int:
    since = timezone.now() - FETCH_PERIOD  # entries carry the server's time
    fetches = Entry.objects.filter(actor_id=user.pk, act=FETCH_ACT, at__gte=since)
    return fetches.count()


def _changed_at(participants: Iterable[Participant]) -> dict[int, datetime]:
    """By key of the participant, the last change of a form that moves the schedule.

    It comes from the audit trail, so it only grows, also when a row is struck out or
    restored. None of these forms is restricted.
    """
    forms = FormInstance.objects.filter(participant__in=participants, code__in=FORMS)
    entries = Entry.objects.filter(form_id__in=forms.values("pk"))
    latest = entries.values_list("participant_id").annotate(
        latest=Max(Coalesce("demo_at", "at"))
    )
    return {pk: at for pk, at in latest if pk}
