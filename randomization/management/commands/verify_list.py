"""`manage.py verify_list`: check that every sealed list is as it was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from randomization.lists import selectors as lists_selectors
from randomization.lists.services.verification import problems


class Command(BaseCommand):
    """Reports the first problem, never an arm."""

    help = "Check the sealed allocation lists against commitments and allocations."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if problem := next(problems(), None):
            raise CommandError(problem)
        for sealed in lists_selectors.sealed_lists():
            self.stdout.write(
                f"list {sealed.pk}: {sealed.size} places, {sealed.commitment}"
            )
        used = lists_selectors.slot_count() - lists_selectors.unused_slot_count()
        self.stdout.write(f"{used} places taken, in order; all fits.")
