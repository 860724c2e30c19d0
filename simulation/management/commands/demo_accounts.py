"""Print one sign-in for each role of the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from record.accounts.models import User
from record.accounts.roles import Role
from simulation.cast import PASSWORD, SHOWN


class Command(BaseCommand):
    """The password is one for all; accounts that were closed are left out."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print role, user name and name."""
        active = User.objects.filter(is_active=True)
        known = set(active.values_list("username", flat=True))
        shown = [one for one in SHOWN if one.username in known]
        if not shown:
            self.stdout.write("No account of the demo is there.")
            return
        self.stdout.write(f"Sign in with the password “{PASSWORD}” as\n")
        for one in shown:
            role = Role(one.role).label
            self.stdout.write(
                f"  {one.username:<11} {role:<26} {one.name} {one.name_zh}"
            )
