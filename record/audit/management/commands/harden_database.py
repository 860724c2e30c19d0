"""Take from the runtime role what it must not do, and prove that it cannot."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from record.audit import guards
from record.audit.grants import harden
from record.audit.probes import probes, weaknesses


class Command(BaseCommand):
    """Needs the owner's URL to harden, and the runtime role's alone to check."""

    help = (
        "Set the rights of the runtime role anew, as after each migrate; with --check "
        "try as that role what it must not be able to do, and change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="only prove; fail when something works"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if not options["check"]:
            role = settings.DATABASES["default"]["USER"]
            harden(owner_alias="owner", runtime_role=role)
        problems = [f"The role of the web server: {name}." for name in weaknesses()]
        for probe in probes():
            verdict = f"refused ({probe.answer})" if probe.is_refused else "POSSIBLE"
            self.stdout.write(f"{probe.what}: {verdict}")
            if not probe.is_refused:
                problems.append(f"The role of the web server can {probe.what}.")
        if strange := guards.first_problem():
            problems.append(strange)
        if problems:
            raise CommandError("\n".join(problems))
        self.stdout.write("The role of the web server has the rights of this release.")
