"""Whether there is a backup in each place: recent, and what was made."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from record.audit.models import Entry
from record.backup import keys, places
from record.backup.problems import BackupFailed
from record.backup.selectors import MADE, RESTORED
from record.backup.services.messages import notify
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_


@implements("BAK-03")
def problems() -> Iterator[str]:
    try:
        keys.recipients()
    except BackupFailed as problem:
        yield str(problem)
    for folder in places.folders():
        if problem_of_place := _problem_of(folder):
            yield problem_of_place


def _problem_of(folder: Path) -> str:
    backups = places.backups_in(folder)
    if not backups:
        return f"There is no backup in {folder}."
    newest = backups[-1]
    hours = (clock.now() - newest.at) // timedelta(hours=1)
    if hours >= settings.BACKUP_AGE_HOURS:
        return f"The newest backup in {folder} is {hours} hours old."
    # This record made it, or was restored from it.
    acts = Entry.objects.filter(
        act__in=(MADE, RESTORED), new_values__file=newest.path.name
    )
    stated = acts.values_list("new_values__sha256", flat=True).last()
    if stated is None:
        return f"{newest.path} is no backup that this record knows. Move it away."
    if places.sha256_of(newest.path) != stated:
        return f"{newest.path} is not what was made."
    return ""


def notify_of_problems() -> bool:
    if not any(problems()):
        return False
    notify(
        "backup_missing",
        N_("There is no recent backup"),
        N_(
            "A backup is missing, too old or not what was made. Run `manage.py backup "
            "--check` on the server: it says which. Then run `manage.py backup`."
        ),
    )
    return True
