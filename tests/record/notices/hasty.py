"""The application with a beat that keeps no test waiting."""

from trial_edc.celery import app

app.conf.beat_schedule = {
    "deliver messages": {"task": "record.notices.tasks.deliver_queued", "schedule": 1.0}
}
