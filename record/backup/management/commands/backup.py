"""Make a backup: `manage.py backup`; `--check` tells whether there is a recent one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from record.audit.attribution import Source
from record.backup.problems import BackupFailed
from record.backup.services.making import make_backup
from record.backup.services.watch import problems


class Command(BaseCommand):
    """Ends with an error, and with no half a file, when a part of it fails."""

    help = (
        "Write database, files and configuration as of one instant into one file, "
        "encrypted to BACKUP_RECIPIENTS, in the folders of BACKUP_FOLDERS."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="make none; fail when one is missing, too old or not what was made",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if options["check"]:
            self._check()
            return
        try:
            backup = make_backup(via=Source.COMMAND)
        except BackupFailed as problem:
            raise CommandError(str(problem)) from problem
        for warning in backup.warnings:
            self.stderr.write(self.style.WARNING(f"Warning: {warning}"))
        self.stdout.write(f"{backup.path}\nSHA-256 {backup.sha256}")

    def _check(self) -> None:
        if open_problems := list(problems()):
            raise CommandError("\n".join(open_problems))
        self.stdout.write("Each folder has a recent backup that is what was made.")
