"""Say whether casebooks as PDF are as they were taken."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from exports.selectors.taken_copies import NotThatCopy, copy_as_taken


class Command(BaseCommand):
    """`manage.py verify_casebook FILE…`: compares with the audit trail."""

    help = "Compare casebooks as PDF with the SHA-256 that the audit trail recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path)

    def handle(self, *_args: Any, files: list[Path], **_options: Any) -> None:
        problems = []
        for path in files:
            try:
                copy = copy_as_taken(path.read_bytes())
            except (OSError, NotThatCopy) as problem:
                problems.append(f"{path}: {problem}")
                continue
            self.stdout.write(
                f"{path}: casebook {copy.participant}, taken by {copy.taken_by} at "
                f"{copy.taken_at}, content {copy.content_sha256}"
            )
        if problems:
            raise CommandError("\n".join(problems))
