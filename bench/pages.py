"""Pages as the trial grows: `python -m bench.pages [participants …]`."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bench.clocks import medians
from bench.stage import database

SIZES = (80, 800)
SIMULATED = 20  # the others are copies
ROUNDS = 7
OK = 200
KILOBYTE = 1000


@dataclass(frozen=True)
class Figure:
    """What one page took at one size."""

    page: str
    milliseconds: float
    statements: int
    kilobytes: float


def addresses() -> dict[str, tuple[str, str]]:
    """Role and address by the name of the page."""
    from django.urls import reverse  # noqa: PLC0415 - after the settings are there

    from record.casebook.models import FormInstance  # noqa: PLC0415 - the same

    form = FormInstance.objects.filter(code="VIT", status="complete").first()
    assert form  # noqa: S101 - the simulated trial has some
    number = form.participant.number
    return {
        "My work, coordinator": ("CO", reverse("entry:my_work")),
        "My work, investigator": ("IN", reverse("entry:my_work")),
        "My work, monitor": ("MO", reverse("entry:my_work")),
        "matrix": ("CO", reverse("entry:matrix")),
        "matrix, overdue": ("CO", reverse("entry:matrix") + "?show=overdue"),
        "casebook": ("CO", reverse("entry:casebook", args=[number])),
        "form": ("CO", reverse("entry:form", args=[form.pk])),
        "dashboard": ("PI", reverse("monitoring:dashboard")),
        "calendar, month": ("CO", reverse("visits:calendar")),
        "calendar, week": ("CO", reverse("visits:calendar") + "?view=week"),
        "queries": ("CO", reverse("review:queries")),
        "verification": ("MO", reverse("review:verification")),
        "screening log": ("CO", reverse("enrollment:screening_log")),
        "listings": ("PI", reverse("monitoring:listings")),
        "serious events": ("IN", reverse("safety:reports")),
        "cases of the sponsor": ("SO", reverse("safety:cases")),
    }


def counting(statements: list[str]) -> Any:
    def execute(run: Any, sql: str, *rest: Any) -> Any:
        statements.append(sql)
        return run(sql, *rest)

    return execute


def figures() -> Iterator[Figure]:
    from django.db import connection  # noqa: PLC0415 - after the settings are there
    from django.test import Client  # noqa: PLC0415 - the same

    from record.accounts.models import User  # noqa: PLC0415 - the same

    for page, (role, address) in addresses().items():
        client = Client(SERVER_NAME="localhost")
        user = User.objects.filter(role=role, is_active=True)[0]
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        client.get(address)
        statements: list[str] = []
        with connection.execute_wrapper(counting(statements)):
            answer = client.get(address)
        if answer.status_code != OK:
            message = f"{address} answered {answer.status_code}"
            raise RuntimeError(message)
        seconds = medians({page: lambda _n: client.get(address)}, ROUNDS)[page]  # noqa: B023 - called at once
        size = len(answer.content) / KILOBYTE
        yield Figure(page, seconds * 1e3, len(statements), size)


def main() -> None:
    sizes = [int(size) for size in sys.argv[1:]] or list(SIZES)
    with database("bench-pages"):
        from bench.crowd import copy_everybody  # noqa: PLC0415 - after the settings
        from simulation.trial import simulate  # noqa: PLC0415 - the same
        from trial_edc import clock  # noqa: PLC0415 - the same

        until = clock.today()
        simulate(participants=SIMULATED, seed=20, until=until)
        taken: dict[str, list[Figure]] = {}
        copies = 0
        for size in sizes:
            wanted = size // SIMULATED - 1
            copy_everybody(copies + 1, wanted)
            copies = wanted
            for figure in figures():
                taken.setdefault(figure.page, []).append(figure)
    report(sizes, taken)


def report(sizes: list[int], taken: dict[str, list[Figure]]) -> None:
    out = sys.stdout.write
    out(f"Pages: median of {ROUNDS} in milliseconds, statements, kB; the ratio\n")
    out("of the last size to the first.\n")
    out(f"  {'participants':<24}" + "".join(f"{size:>24}" for size in sizes) + "\n")
    for page, own in taken.items():
        cells = "".join(
            f"{f.milliseconds:>10.0f} {f.statements:>5} {f.kilobytes:>7.0f}"
            for f in own
        )
        ratio = own[-1].milliseconds / own[0].milliseconds
        out(f"  {page:<24}{cells}   ratio {ratio:6.2f}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
