"""Run the edit checks over the stored data: `manage.py recheck [--dry-run]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from record.audit.attribution import Source
from record.audit.problems import RecordClosed
from record.capture.problems import CheckRunRefused
from record.capture.services import check_runs


class Command(BaseCommand):
    """Ends with an error where two persons have not approved the checks as they are."""

    help = "Bring the queries of edit checks into line with the stored data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="say what it would do, store nothing"
        )

    def handle(self, *args: Any, dry_run: bool = False, **options: Any) -> None:
        del args, options
        try:
            outcome = (
                check_runs.check_all(None)
                if dry_run
                else check_runs.run_as_approved(via=Source.COMMAND)
            )
        except (CheckRunRefused, RecordClosed) as problem:
            raise CommandError(str(problem)) from problem
        for (form, check, number, what), count in sorted(outcome.counts.items()):
            self.stdout.write(f"{number} {form} {check}: {what} {count}")
        for name in outcome.left_alone:
            self.stdout.write(f"{name}: closed, left alone")
        opens, closes = outcome.total("opens"), outcome.total("closes")
        verb = "would open" if dry_run else "opened"
        self.stdout.write(f"{verb} {opens}, closed {closes} queries of open forms.")
