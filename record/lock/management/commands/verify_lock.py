"""Say whether the locked data are still those that were locked."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from record.lock.digest import data_digest
from record.lock.selectors import present_lock
from trial_edc.requirements import implements


class Command(BaseCommand):
    """`manage.py verify_lock`: computes the digest anew from the rows."""

    help = "Compare the locked data with the digest that was stored with the lock."

    @implements("LCK-04")
    def handle(self, *_args: Any, **_options: Any) -> None:
        state = present_lock()
        if state is None:
            message = "The database is not locked."
            raise CommandError(message)
        if state.data_digest != data_digest():
            message = f"The data are not those of lock version {state.version}."
            raise CommandError(message)
        self.stdout.write(f"Lock version {state.version}: {state.data_digest}")
