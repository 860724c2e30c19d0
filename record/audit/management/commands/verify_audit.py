"""Prove the record: `manage.py verify_audit [digest of an earlier seal]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from record.audit import anchors
from record.audit.verification import verify


class Command(BaseCommand):
    """Ends with an error that names what does not fit, of each kind the first."""

    help = (
        "Recompute all seals, compare every row with its entries, the triggers and "
        "rights with this release, and the seals with those written down outside."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "known",
            nargs="?",
            default="",
            help="digest of a seal that was written down earlier",
        )

    def handle(self, *args: Any, known: str = "", **options: Any) -> None:
        del args, options
        proof = verify(known=known)
        if proof.problems:
            raise CommandError("\n".join(proof.problems))
        trail = proof.seals
        self.stdout.write(
            f"{trail.sealed} entries under {trail.seals} seals fit, "
            f"{trail.unsealed} are not sealed yet."
        )
        self.stdout.write("Every row is what its entries say; the guards are in place.")
        if trail.last_digest:
            anchors.keep(trail.last_digest)
            self.stdout.write(f"Digest of the last seal: {trail.last_digest}")
