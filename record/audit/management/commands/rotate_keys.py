"""Rotate the master key: put the new one first into VAULT_KEYS, then run this.

`docs/operations.md` has the whole procedure. Killed at any moment, it has wrapped all
data keys or none: run it again.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from record.audit import vault
from record.audit.attribution import Process, Source


class Command(BaseCommand):
    """Wraps every data key with the first master key; no sealed text is touched."""

    help = "Wrap the data keys of the vault with the first key of VAULT_KEYS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="change nothing; fail while an older master key is still needed",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        try:
            self._check() if options["check"] else self._rotate()
        except vault.MasterKeyMissing as problem:
            message = (
                f"No key of VAULT_KEYS opens the data keys of: {problem}. Nothing was "
                "changed. Put the old master key back, after the new one."
            )
            raise CommandError(message) from problem

    def _rotate(self) -> None:
        user = settings.DATABASES[vault.OWNER]["USER"]
        if user == settings.DATABASES["default"]["USER"]:
            message = (
                "The role of the web server wraps no data key. Set OWNER_DATABASE_URL, "
                "as for migrate (service migrate of docker-compose.yml)."
            )
            raise CommandError(message)
        wrapped = vault.rewrap_keys(by=Process("rotate_keys"), via=Source.COMMAND)
        purposes = ", ".join(wrapped) or "none; all of them were"
        self.stdout.write(f"Wrapped with the first master key: {purposes}.")
        self.stdout.write("Older master keys are needed no more, save for old dumps.")

    def _check(self) -> None:
        if outdated := vault.outdated_keys():
            message = f"An older master key is still needed for: {', '.join(outdated)}."
            raise CommandError(message)
        self.stdout.write("The first master key opens every data key.")
