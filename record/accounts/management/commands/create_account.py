"""Open an account from the command line: the first administrators of a new system."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.services import accounts as services
from trial_edc import chance
from trial_edc.typed_text import plain

TEMPORARY_LENGTH = 20


class Command(BaseCommand):
    """Prints a temporary password that must be changed at the first sign-in.

    No second person is asked; administrators, and of an account that can learn an arm
    the principal investigator and the safety officer, are told.
    """

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("role", type=str.upper, choices=[r.value for r in Role])
        parser.add_argument("--name", required=True, help="full name")
        parser.add_argument("--email", required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        username = plain(options["username"]).lower()
        if User.objects.filter(username=username).exists():
            message = f"The name {options['username']} is or was somebody's."
            raise CommandError(message)
        password = chance.token(TEMPORARY_LENGTH)
        try:
            user = services.create_account_on_server(
                username=options["username"],
                full_name=options["name"],
                email=options["email"],
                role=options["role"],
                password=password,
            )
        except ValidationError as problem:
            raise CommandError("; ".join(problem.messages)) from None
        self.stdout.write(f"{user.username}  temporary password: {password}")
