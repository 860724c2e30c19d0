"""Notifies people when the clocks of web, worker and database stand apart."""

from datetime import datetime

from django.db import connection

from record.audit.attribution import Process, Source, attributed
from record.notices.services.watchers import notify_watchers
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

WATCH = Process("clock-watch")
DATABASE_TIMES = "SELECT clock_timestamp(), max(at) FROM audit_entry"


@implements("TIM-01")
def notify_if_apart(machine_at: datetime | None = None) -> bool:
    """True if this machine, the database and the newest entry of the trail disagree.

    An entry later than the database's clock says that this clock was set back.
    """
    with connection.cursor() as cursor:
        cursor.execute(DATABASE_TIMES)
        database_at, last_entry_at = cursor.fetchone()
    seconds = seconds_apart(
        machine_at or clock.machine_time(), database_at, last_entry_at
    )
    limit = PROTOCOL.staff_mail.clock_drift_seconds
    if seconds <= limit:
        return False
    with attributed(by=WATCH, via=Source.TASK):
        notify_watchers(
            "clocks_apart",
            N_("The clocks stand apart"),
            N_(
                "The clocks of the application and of the database, or the database's "
                "clock and the newest entry of the audit trail, are %(seconds)s "
                "seconds apart; at most %(limit)s are usual. Set the clocks by a time "
                "server. Nothing is dated before its cause meanwhile."
            ),
            seconds=round(seconds),
            limit=limit,
        )
    return True


def seconds_apart(
    machine_at: datetime, database_at: datetime, last_entry_at: datetime | None
) -> float:
    apart = abs((machine_at - database_at).total_seconds())
    set_back = (last_entry_at - database_at).total_seconds() if last_entry_at else 0
    return max(apart, set_back)
