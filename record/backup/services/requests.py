"""Ask a worker for a backup now."""

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed
from record.backup.selectors import REQUESTED
from trial_edc.background import request_task

TASK = "record.backup.tasks.make_backup"


def request_backup(*, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        act(REQUESTED)
        request_task(TASK)
