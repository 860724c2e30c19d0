"""Compare what lists show with the forms: `manage.py check_copies [--mend]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from record.casebook.services import copies


class Command(BaseCommand):
    """Ends with an error that names each difference."""

    help = "Compare what lists show of each participant with what the forms say."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--mend", action="store_true", help="then store what the forms say"
        )

    def handle(self, *args: Any, mend: bool = False, **options: Any) -> None:
        del args, options
        differences = list(copies.differences())
        if differences and mend:
            copies.store_all()
        if differences:
            raise CommandError("\n".join(differences))
        self.stdout.write("Lists show what the forms say.")
