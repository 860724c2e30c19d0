"""Rotate the master key: put the new one first into VAULT_KEYS, then run this.

When it has run, and every process was started anew, the old key can go.
"""

from typing import Any

from django.core.management.base import BaseCommand

from audit import vault
from audit.attribution import Process, Via


class Command(BaseCommand):
    """Wraps every data key with the first master key; no sealed text is touched."""

    help = "Wrap the data keys of the vault with the first key of VAULT_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        """Wrap the keys anew and say how many."""
        del args, options
        count = vault.rewrap_keys(by=Process("rewrap_keys"), via=Via.COMMAND)
        self.stdout.write(f"{count} data keys are wrapped with the first master key.")
