"""Who closed the database, for people whose write it refused."""

from datetime import datetime

from django.utils.translation import gettext as _

from record.audit.models import DatabaseLock
from trial_edc import dates


def database_lock_text() -> str:
    """After a write that was refused; empty while the database is open."""
    return _lock_in_words(
        _(
            "The database was locked by %(first)s and %(second)s on %(at)s; nothing "
            "was saved."
        )
    )


def database_lock_notice() -> str:
    """Above what can only be read; empty while the database is open."""
    return _lock_in_words(
        _(
            "The database was locked by %(first)s and %(second)s on %(at)s; it can "
            "only be read."
        )
    )


def _lock_in_words(message: str) -> str:
    people = ("locked_by", "confirmed_by")
    open_ended = DatabaseLock.objects.select_related(*people).filter(unlocked_at=None)
    lock = open_ended.first()
    if lock is None:
        return ""
    people_and_time = {
        "first": lock.locked_by,
        "second": lock.confirmed_by,
        "at": site_time(lock.locked_at),
    }
    return message % people_and_time


def site_time(instant: datetime) -> str:
    return f"{instant.astimezone(dates.SITE_TZ):%Y-%m-%d %H:%M}"
