"""Pages of the audit trail as it grows: `python -m bench.trail [entries …]`.

First pages of filters that fit much, little and nothing, at each size; then the file of
the whole answer, by rows a second and by what the process grows.
"""

import resource
import sys
from collections.abc import Iterator, Mapping
from itertools import islice

from bench.clocks import medians
from bench.stage import database

SIZES = (10_000, 1_000_000)
PEOPLE, ROWS_EACH = 80, 25  # participants, and forms of each
ROUNDS = 9
GOAL_MS = 100
FILE_PARTS = 40  # of 2,000 entries, measured; the file goes on alike
# As the trigger writes them: half are first values, a fifth are acts; times are a
# minute apart, so that each page ends where it ends in a trial.
GROW = """
    INSERT INTO audit_entry (
        at, transaction_id, operation, table_name, row_id, act, participant_id, form_id,
        revision, confidentiality, old_values, new_values, reasons, actor_id, actor,
        role, via, request_id, digest
    )
    SELECT now() - (%(last)s - n) * interval '1 minute', n,
        CASE WHEN n %% 5 = 0 THEN 'ACT' WHEN n %% 2 = 0 THEN 'UPDATE' ELSE 'INSERT' END,
        CASE WHEN n %% 5 = 0 THEN '' WHEN n %% 997 = 0 THEN 'review_querystep'
            ELSE 'visits_creatinine' END,
        f.id, CASE WHEN n %% 4999 = 0 THEN 'eligibility_confirmed'
            WHEN n %% 5 = 0 THEN 'checks_fired' ELSE '' END,
        f.participant_id, f.id, 1 + n / 100000, 'open',
        CASE WHEN n %% 2 = 0 THEN '{"place": "icu"}'::jsonb ELSE '{}'::jsonb END,
        CASE WHEN n %% 5 = 0 THEN '{}'::jsonb
            ELSE '{"place": "ward", "sample_at": "2026-04-14T08:00",
                "value": {"value": 97, "unit": "umol/L"}}'::jsonb END,
        '{}', %(actor)s, 'bench', 'CO', 'page', '', ''
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    JOIN casebook_forminstance f ON f.id = %(form)s + n %% %(forms)s
"""


def stage() -> tuple[int, int]:
    """Participants with forms; return the first key of a form, and their number."""
    from record.accounts.services.accounts import (  # noqa: PLC0415 - after the settings
        create_account,
    )
    from record.audit.attribution import Process, Source, attributed  # noqa: PLC0415
    from record.casebook.models import FormInstance, Participant  # noqa: PLC0415

    by = Process("bench")
    for role in ("CO", "MO"):
        create_account(
            username=role.lower(),
            full_name=f"The {role}",
            email=f"{role.lower()}@example.org",
            role=role,
            must_change_password=False,
            by=by,
            via=Source.COMMAND,
        )
    with attributed(by=by, via=Source.COMMAND):
        people = Participant.objects.bulk_create(
            Participant(number=f"S-{n:03}X", sequence=n) for n in range(1, PEOPLE + 1)
        )
        FormInstance.objects.bulk_create(
            FormInstance(
                participant=person, code="CRE", occurrence=n, confidentiality="open"
            )
            for person in people
            for n in range(1, ROWS_EACH + 1)
        )
    first = FormInstance.objects.order_by("pk")[0].pk
    return first, PEOPLE * ROWS_EACH


def grow(first: int, last: int, *, form: int, forms: int) -> None:
    from django.db import connections  # noqa: PLC0415 - after the settings are there

    from record.accounts.models import User  # noqa: PLC0415 - the same

    actor = User.objects.get(username="co").pk
    values = {"first": first, "last": last, "form": form, "forms": forms}
    with connections["owner"].cursor() as cursor:
        cursor.execute(GROW, values | {"actor": actor})
        cursor.execute("ANALYZE audit_entry")


def addresses(form: int) -> Mapping[str, str]:
    return {
        "everything": "",
        "oldest first": "?order=oldest",
        "a participant": "?participant=S-007X",
        "a form": f"?instance={form}",
        "a kind of form": "?form=CRE",
        "an item": "?form=CRE&item=place",
        "an item that nobody changed": "?form=CRE&item=report",
        "a user": "?user=2",
        "values changed": "?kind=changed",
        "queries, one of a thousand": "?kind=query",
        "signatures, one of five thousand": "?kind=signature",
        "struck out, none": "?kind=voided",
        "randomizations, none": "?kind=randomization",
        "long ago": "?until=2026-01-01T00:00",
        "long ago, a participant's queries": (
            "?until=2026-06-01T00:00&participant=S-007X&kind=query"
        ),
    }


def first_pages(form: int) -> dict[str, float]:
    """Median milliseconds of a whole request, by name of the filter."""
    from django.test import Client  # noqa: PLC0415 - after the settings are there

    from record.accounts.models import User  # noqa: PLC0415 - the same

    client = Client(SERVER_NAME="localhost")
    monitor = User.objects.get(username="mo")
    client.force_login(monitor, "django.contrib.auth.backends.ModelBackend")
    requests = {
        name: lambda _n, query=query: client.get(f"/dashboard/trail/{query}")
        for name, query in addresses(form).items()
    }
    return {name: s * 1e3 for name, s in medians(requests, ROUNDS).items()}


def file_of_everything() -> tuple[float, float]:
    """Entries a second, and megabytes that the process grows after the first parts."""
    from time import perf_counter  # noqa: PLC0415 - as long as it is measured

    from monitoring.trail.selectors.csv_rows import csv_rows  # noqa: PLC0415
    from monitoring.trail.selectors.stretches import PER_BATCH  # noqa: PLC0415
    from monitoring.trail.selectors.visible import entries_visible_to  # noqa: PLC0415
    from record.accounts.models import User  # noqa: PLC0415

    monitor = User.objects.get(username="mo")
    parts = csv_rows(entries_visible_to(monitor), monitor)
    for _part in islice(parts, 3):
        pass
    size, started, count = _megabytes(), perf_counter(), 0
    for _part in islice(parts, FILE_PARTS):
        count += PER_BATCH
    return count / (perf_counter() - started), _megabytes() - size


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(sizes: list[int]) -> Iterator[str]:
    form, forms = stage()
    size, figures = 0, []
    for entries in sizes:
        grow(size + 1, entries, form=form, forms=forms)
        size = entries
        figures.append(first_pages(form))
    heads = "".join(f"{size:>12,}" for size in sizes)
    yield f"First page of the audit trail in ms, by entries (at most {GOAL_MS}).\n"
    yield f"  {'':<36}{heads}\n"
    for name in figures[0]:
        times = "".join(f"{own[name]:12.1f}" for own in figures)
        ratio = figures[-1][name] / figures[0][name]
        yield f"  {name:<36}{times}   ratio {ratio:5.2f}\n"
    a_second, megabytes = file_of_everything()
    yield f"A file of everything: {a_second:.0f} entries a second; the process grew\n"
    yield f"by {megabytes:.1f} MB in {FILE_PARTS} parts.\n"


def main() -> None:
    sizes = [int(text) for text in sys.argv[1:]] or list(SIZES)
    with database("bench-trail"):
        for line in report(sizes):
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
