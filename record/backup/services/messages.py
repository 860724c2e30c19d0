"""Messages about backups, to the people who look after them."""

from record.audit.attribution import Process, Source, attributed
from record.notices.services.watchers import notify_watchers
from trial_edc.vocabulary import N_

BACKUP = Process("backup")


def notify_of_failure() -> None:
    notify(
        "backup_failed",
        N_("A backup failed"),
        N_(
            "A backup could not be made, or not be copied to each place. The log of "
            "the worker says why. When the cause is gone, run `manage.py backup` on "
            "the server."
        ),
    )


def notify(occasion: str, subject: str, text: str) -> None:
    with attributed(by=BACKUP, via=Source.TASK):
        notify_watchers(occasion, subject, text)
