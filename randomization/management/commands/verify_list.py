"""`manage.py verify_list`: check that every sealed list is as it was sealed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from randomization.lists import selectors as lists_selectors
from randomization.lists.services.verification import problems


class Command(BaseCommand):
    """Tells what does not fit; never an arm."""

    help = "Check the sealed allocation lists against commitments and allocations."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print a line a list, or fail with the first thing that does not fit."""
        if found := next(problems(), None):
            raise CommandError(found)
        for one in lists_selectors.commitments():
            self.stdout.write(f"list {one.pk}: {one.size} places, {one.commitment}")
        taken = lists_selectors.slots_in_all() - lists_selectors.slots_left()
        self.stdout.write(f"{taken} places taken, in order; all fits.")
