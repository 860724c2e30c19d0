"""Messages about backups, to the people who look after them."""

from record.accounts.models import User
from record.accounts.roles import Role
from record.audit.attribution import Process, Source, attributed
from record.notices.services.outbox import queue
from trial_edc import clock
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
    people = User.objects.filter(role__in=(Role.AD, Role.DM), is_active=True)
    with attributed(by=BACKUP, via=Source.TASK):
        queue(
            occasion=occasion,
            key=f"{occasion}:{clock.today()}",
            to=people,
            subject=subject,
            text=text,
        )
