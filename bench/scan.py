"""`python -m bench.scan INSTANT`: queue what is due, in a process that tells its size.

Prints one line of JSON: what each batch of participants took.
"""

import json
import os
import resource
import sys
import time
from datetime import datetime

# A slow machine scans a part of all, and says so.
PATIENCE_SECONDS = float(os.environ.get("PATIENCE", "150"))


def scan() -> dict[str, float]:
    from django.db import connection  # noqa: PLC0415 - after the settings are there

    from visits.reminders.services import queue as reminders  # noqa: PLC0415 - the same

    statements: list[int] = []

    def counting(execute, sql, *parameters):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN202
        statements[-1] += 1
        return execute(sql, *parameters)

    started, size, people, queued = time.monotonic(), 0.0, 0, 0
    with connection.execute_wrapper(counting):
        statements.append(0)
        for batch in reminders.participant_batches():
            queued += reminders.queue_reminders_for(batch)
            people += len(batch)
            size = size or _megabytes()  # after the first batch
            statements.append(0)
            if time.monotonic() - started > PATIENCE_SECONDS:
                break
    batches = statements[:-1]
    return {
        "people": people,
        "queued": queued,
        "fewest": min(batches),
        "most": max(batches),
        "seconds": time.monotonic() - started,
        "megabytes": _megabytes(),
        "first_megabytes": size,
    }


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    import django

    django.setup()
    from trial_edc import clock

    with clock.at(datetime.fromisoformat(sys.argv[1])):
        sys.stdout.write(json.dumps(scan()))
