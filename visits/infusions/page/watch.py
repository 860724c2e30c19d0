"""How long somebody stays at the bedside."""

from datetime import datetime, timedelta

from visits.infusions.page.bedside import BedsideInfusion

LONGEST_SLEEP = timedelta(hours=3)  # of a tablet between two time points
QUARTER = 15  # minutes; so seldom another end is noted


def watched_until(infusion: BedsideInfusion) -> datetime | None:
    """The end of an infusion that runs, then its last time point; else None.

    The last one is a day later: a page that is open asks again until then, and one that
    is closed keeps a session no longer than a tablet may sleep.
    """
    if infusion.runs_until:
        return infusion.runs_until
    last = [
        point.due.due_at + point.due.tolerance
        for point in infusion.points
        if point.is_awaited and point.due and point.due.due_at
    ]
    longest = infusion.now + LONGEST_SLEEP
    longest -= timedelta(minutes=longest.minute % QUARTER)
    return min(max(last), longest.replace(second=0, microsecond=0)) if last else None
