"""Celery application; the `tasks.py` of each room and feature is found by itself."""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.apps import worker
from celery.contrib.django.task import DjangoTask
from celery.schedules import crontab
from celery.signals import before_task_publish, setup_logging
from django.conf import settings
from structlog.contextvars import bound_contextvars, get_contextvars

from trial_edc.logs import formatter, one_line
from trial_edc.rooms import modules_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial_edc.settings")


class LoggedTask(DjangoTask):
    """Writes one log line a run, with the id of the request that asked for it."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        headers = self.request.headers or {}  # there when eager, else in the request
        asked_by = self.request.get("request_id") or headers.get("request_id")
        with (
            bound_contextvars(request_id=asked_by or self.request.id),
            one_line("task", task=self.name, task_id=self.request.id),
        ):
            return self.run(*args, **kwargs)


@before_task_publish.connect
def send_request_id(headers: dict[str, Any], **_message: object) -> None:
    headers["request_id"] = get_contextvars().get("request_id", "")


@setup_logging.connect
def configure_logs(**_options: object) -> None:
    logging.config.dictConfig(settings.LOGGING)
    logging.captureWarnings(capture=True)
    worker.safe_say = say


def say(message: str, _stream: object = None) -> None:
    """A worker's words about its end, as a line with a time like any other.

    They are said while a signal is handled, so they pass by the handlers' locks.
    """
    name, level = worker.logger.name, logging.INFO
    record = logging.LogRecord(name, level, "", 0, message.strip(), (), None)
    os.write(2, formatter(as_json=not settings.DEMO).format(record).encode() + b"\n")


app = Celery("trial_edc", task_cls=LoggedTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    lambda: [name.rpartition(".")[0] for name in modules_of("tasks")]
)
# Frequent tasks expire: a worker that comes back after a week finds one of each.
OFTEN = {"expires": 60}
MINUTELY = {"schedule": 60.0, "options": OFTEN}
app.conf.beat_schedule = {
    "deliver messages": {"task": "record.notices.tasks.deliver_queued", **MINUTELY},
    "make exports that wait": {"task": "exports.tasks.make_waiting", **MINUTELY},
    "go on with laboratory files": {
        "task": "imports.tasks.resume_waiting",
        **MINUTELY,
    },
    "queue reminders to participants": {
        "task": "visits.reminders.tasks.queue_reminders",
        "schedule": crontab(minute=5),  # hourly; most are due at a full hour
        "options": {"expires": 3600},
    },
    "find missed visits": {
        "task": "visits.deviations.tasks.raise_missed_visits",
        "schedule": crontab(hour=6, minute=0),  # site time, before the ward's day
    },
    "write the morning's mail": {
        "task": "entry.worklist.tasks.write_digests",
        "schedule": crontab(minute="*/5"),  # the task knows which hours are morning
        "options": {"expires": 300},
    },
    "note the versions that run": {
        "task": "record.audit.tasks.note_versions",
        **MINUTELY,
    },
    **{
        f"show that the worker {queue} is alive": {
            "task": "record.audit.tasks.show_alive",
            "schedule": 60.0,
            "args": (queue,),
            "options": {**OFTEN, "queue": queue},
        }
        for queue in ("messages", "exports")
    },
    "seal the audit trail": {
        "task": "record.audit.tasks.seal_audit",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "list tries that were counted": {
        "task": "record.audit.tasks.list_counted_tries",
        **MINUTELY,
    },
    "go on with runs of the edit checks": {
        "task": "record.capture.tasks.go_on_with_runs",
        **MINUTELY,
    },
    "run the edit checks again": {
        "task": "record.capture.tasks.run_approved_checks",
        "schedule": crontab(hour=2, minute=0),  # site time, while nobody enters
    },
    "watch the seals": {
        "task": "record.notices.tasks.watch_seals",
        "schedule": crontab(minute=0),
        "options": {"expires": 3600},
    },
    "watch the clocks": {
        "task": "record.notices.tasks.watch_clocks",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "compare the clocks with time servers": {
        "task": "record.notices.tasks.compare_clocks",
        "schedule": crontab(minute=20),  # hourly
        "options": {"expires": 3600},
    },
    "compare what lists show with the forms": {
        "task": "record.notices.tasks.watch_copies",
        "schedule": crontab(hour=1, minute=30),
    },
    "clear sessions that have ended": {
        "task": "record.accounts.tasks.clear_sessions",
        "schedule": crontab(hour=2, minute=30),
    },
    "tell of ended delegations": {
        "task": "record.notices.tasks.watch_delegations",
        "schedule": crontab(hour=0, minute=30),  # site time
    },
    "verify the audit trail": {
        "task": "record.notices.tasks.verify_audit",
        "schedule": crontab(hour=3, minute=0),  # site time, while nobody enters
    },
    "make the backup": {
        "task": "record.backup.tasks.make_backup",
        "schedule": crontab(hour=1, minute=0),  # site time, while nobody enters
    },
    "watch the backups": {
        "task": "record.backup.tasks.watch_backups",
        "schedule": crontab(hour=4, minute=0),
    },
    "tell of safety deadlines": {
        "task": "safety.reports.tasks.watch_deadlines",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
}
