"""Restore a backup on an empty machine: `manage.py restore FILE --key FILE`."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from record.backup.problems import RestoredUnproven, RestoreRefused
from record.backup.services.restoring import restore


class Command(BaseCommand):
    """Stops at the first error; what it says is whether anything was written."""

    help = (
        "Restore a backup into an empty database and an empty folder of files, and "
        "prove that it is the record that was backed up. Needs OWNER_DATABASE_URL, "
        "VAULT_KEYS as they were, and the private key of the backup."
    )
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the backup")
        parser.add_argument(
            "--key", type=Path, required=True, help="file with the private key of age"
        )
        parser.add_argument(
            "--digest",
            default="",
            help="digest of a seal from a mail or paper, which the trail must have",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        try:
            manifest = restore(
                options["file"],
                key_file=options["key"],
                known=options["digest"],
                say=self.stdout.write,
            )
        except (RestoreRefused, OperationalError) as problem:
            message = f"Nothing was restored. {problem}"
            raise CommandError(message) from problem
        except RestoredUnproven as problem:
            message = (
                f"Restored, but not as it was; let nobody work with it:\n{problem}\n"
                "Keep it to find out why, then empty database and files to try again."
            )
            raise CommandError(message) from problem
        rows = sum(table["rows"] for table in manifest.tables.values())
        self.stdout.write(
            f"{rows} rows of {len(manifest.tables)} tables and {len(manifest.files)} "
            f"files are as they were on {manifest.made_at}."
        )
        self.stdout.write(
            "Trail, rows, guards, rights, signatures, lists, stored files and the "
            f"newest export are proven. Digest of the last seal: {manifest.last_seal}"
        )
