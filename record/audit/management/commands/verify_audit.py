"""Prove the audit trail: `manage.py verify_audit [digest of an earlier seal]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from record.audit import digests, seals


class Command(BaseCommand):
    """Ends with an error that names the first entry that does not fit."""

    help = "Recompute all seals and digests and name the first entry that does not fit."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "known", nargs="?", help="digest of a seal that was written down earlier"
        )

    def handle(self, *args: Any, known: str | None = None, **options: Any) -> None:
        del args, options
        verdict = seals.verify()
        if verdict.problem:
            raise CommandError(verdict.problem)
        if known and not seals.is_in_chain(known):
            message = "No seal has the digest that was written down."
            raise CommandError(message)
        if form_id := digests.first_altered_form():
            message = f"The values of form {form_id} were altered beside the trail."
            raise CommandError(message)
        self.stdout.write(
            f"{verdict.sealed} entries under {verdict.seals} seals fit, "
            f"{verdict.unsealed} are not sealed yet."
        )
        if verdict.last_digest:
            self.stdout.write(f"Digest of the last seal: {verdict.last_digest}")
