"""What a change of an account does to the calendar feed of its owner."""

from record.accounts.events import AccountChanged
from record.audit.attribution import Actor, Source
from visits.calendar.services.feeds import end_feed_of


def end_feed(event: AccountChanged, by: Actor, via: Source) -> None:
    """Also an account that is opened again never revives it."""
    if event.ends_access:
        end_feed_of(event.user, by=by, via=via)
