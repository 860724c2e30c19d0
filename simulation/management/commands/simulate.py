"""Write a whole plausible trial into the empty database of a demo."""

import sys
import time
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from simulation.trial import DatabaseUnsuitable, Progress, simulate
from trial_edc import clock

WIDTH = 30
EVERY_SECONDS = 0.2


class Command(BaseCommand):
    """The same number, seed and day give the same trial."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--participants", type=int, default=12)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--until", type=date.fromisoformat, help="YYYY-MM-DD; today if not given"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["participants"] < 1:
            message = "At least one participant is needed."
            raise CommandError(message)
        bar = ProgressBar(self)
        with connection.cursor() as cursor:
            # What a power cut takes is simulated again, so nothing waits for the disk.
            cursor.execute("SET synchronous_commit TO off")
        try:
            simulate(
                participants=options["participants"],
                seed=options["seed"],
                until=options["until"] or clock.today(),
                report=bar,
            )
        except DatabaseUnsuitable as problem:
            raise CommandError(str(problem)) from None
        bar.end()


class ProgressBar:
    """A progress line that is rewritten on a terminal, printed by tenths elsewhere."""

    def __init__(self, command: BaseCommand) -> None:
        self.stream = command.stdout
        self.is_terminal = sys.stdout.isatty()
        self.started_at = self.shown_at = time.monotonic()
        self.tenth = 0
        self.last: Progress | None = None

    def __call__(self, now: Progress) -> None:
        self.last = now
        tenth = 10 * now.approached // now.participants
        is_due = time.monotonic() - self.shown_at > EVERY_SECONDS
        if self.is_terminal and is_due:
            self.shown_at = time.monotonic()
            self.stream.write(f"\r{self._line(now)}", ending="")
            self.stream.flush()
        elif not self.is_terminal and tenth > self.tenth:
            self.tenth = tenth
            self.stream.write(self._line(now))

    def _line(self, now: Progress) -> str:
        full = WIDTH * now.approached // now.participants
        bar = "█" * full + "░" * (WIDTH - full)
        return (
            f"{bar} {now.approached} of {now.participants} approached, "
            f"{now.acts} acts, {now.today}"
        )

    def end(self) -> None:
        seconds = time.monotonic() - self.started_at
        if self.last and self.is_terminal:
            self.stream.write(f"\r{self._line(self.last)}")
        acts = self.last.acts if self.last else 0
        self.stream.write(f"Simulated in {seconds:.0f} s: {acts} acts.")
