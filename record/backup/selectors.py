"""The register of backups, read from the acts of the audit trail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from record.audit.models import Entry
from trial_edc import clock

MADE, FAILED = "backup_made", "backup_failed"
REQUESTED, RESTORED = "backup_requested", "backup_restored"
# Label and tone of each act.
ACTS = {
    MADE: (_("made"), "good"),
    FAILED: (_("failed"), "danger"),
    REQUESTED: (_("asked for"), "muted"),
    RESTORED: (_("restored from it"), "plain"),
}


@dataclass(frozen=True)
class BackupEvent:
    """An act of the register, in words."""

    entry: Entry

    @property
    def label(self) -> str:
        return str(ACTS[self.entry.act][0])

    @property
    def tone(self) -> str:
        return ACTS[self.entry.act][1]


def backup_acts() -> QuerySet[Entry]:
    """Newest first."""
    return Entry.objects.filter(act__in=list(ACTS)).order_by("-id")


def last_ended() -> Entry | None:
    return backup_acts().filter(act__in=(MADE, FAILED)).first()


def last_made_at() -> datetime | None:
    return backup_acts().filter(act=MADE).values_list("at", flat=True).first()


def is_late() -> bool:
    last, limit = last_made_at(), timedelta(hours=settings.BACKUP_AGE_HOURS)
    return last is None or clock.now() - last >= limit
