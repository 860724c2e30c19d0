"""List the edit checks: `manage.py edit_checks > edit_checks.csv`."""

import csv
from typing import Any

from django.core.management.base import BaseCommand

from record.casebook import catalogue
from record.casebook.specifications import HEADING, specifications


class Command(BaseCommand):
    """Writes a line for each check that this version of the software runs."""

    help = "List every edit check as CSV: what it finds, where, and how grave that is."

    def handle(self, *args: Any, **options: Any) -> None:
        del args, options
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(HEADING)
        for one in specifications(catalogue.designs().values()):
            writer.writerow(one.line)
