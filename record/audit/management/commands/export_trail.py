"""Write the trail with its seals, to prove it elsewhere: `export_trail FILE`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from record.audit.attribution import Process, Source, act, attributed
from record.audit.trail_file import write_trail

EXPORTER = Process("export_trail")


class Command(BaseCommand):
    """For who runs the system; the taking of it stands in the trail."""

    help = (
        "Write every entry of the audit trail with its seals into a new ZIP file, "
        "and the script that proves it without this system."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        del args, options
        with attributed(by=EXPORTER, via=Source.COMMAND):
            act("trail_exported", details={"file": file.name})
        with file.open("xb") as target:
            count = write_trail(target)
        self.stdout.write(f"{count} entries: python verify_trail.py {file.name}")
