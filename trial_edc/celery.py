"""Celery application; each room's `tasks.py` is found by itself."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trial_edc.settings")
app = Celery("trial_edc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "deliver messages": {"task": "notices.tasks.deliver_queued", "schedule": 60.0},
    "find missed visits": {
        "task": "visits.tasks.raise_missed_visits",
        "schedule": crontab(hour=6, minute=0),  # site time, before the ward's day
    },
    "note the versions that run": {
        "task": "audit.tasks.note_versions",
        "schedule": 60.0,
    },
    "seal the audit trail": {"task": "audit.tasks.seal_audit", "schedule": 600.0},
}
