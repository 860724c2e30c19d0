"""Print the sign-ins of the demo."""

from typing import Any

from django.core.management.base import BaseCommand

from record.accounts.models import User
from record.accounts.roles import Role
from simulation.demo_password import PASSWORD
from simulation.demo_users import DEMO_USERS


class Command(BaseCommand):
    """All share one password; closed accounts are left out."""

    help = __doc__

    def handle(self, *_args: Any, **_options: Any) -> None:
        active = User.objects.filter(is_active=True)
        usernames = set(active.values_list("username", flat=True))
        users = [user for user in DEMO_USERS if user.username in usernames]
        if not users:
            self.stdout.write("No account of the demo is there.")
            return
        self.stdout.write(f"Sign in with the password “{PASSWORD}” as\n")
        for user in users:
            role = Role(user.role).label
            self.stdout.write(
                f"  {user.username:<11} {role:<26} {user.name} {user.name_zh}"
            )
