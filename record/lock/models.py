"""What one person proposes and another confirms: a lock of the database, or its end."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.models import DatabaseLock, Register
from record.audit.triggers import written_once
from record.lock.vocabulary import LockAction
from trial_edc import clock
from trial_edc.choices import choices

FILLED_ONCE = (
    "approved_by_id",
    "approved_at",
    "withdrawn_by_id",
    "withdrawn_at",
    "lock_id",
    "data_digest",
)


class LockProposal(TwoPersonEntry, Register):
    """A lock or unlock that waits for its second person, or had one.

    `report` is what the checks of readiness showed when it was proposed, `exceptions`
    says by the name of a check why its open lines are accepted. `lock` is the lock that
    came of it, or the one that it ends; `data_digest` is that of the locked data.
    """

    action = models.CharField(max_length=6, choices=choices(LockAction))
    reason = models.TextField()
    report = models.JSONField(default=list)  # [{"name": …, "lines": [[…, …], …]}, …]
    exceptions = models.JSONField(default=dict)
    entered_at = models.DateTimeField(default=clock.now)
    lock = models.ForeignKey(
        DatabaseLock, models.PROTECT, related_name="proposals", null=True
    )
    data_digest = models.CharField(max_length=64, null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Register.Meta):
        ordering = ("id",)
        triggers = (*Register.Meta.triggers, written_once(*FILLED_ONCE))
        constraints = (
            *two_persons(whole="lock_approval_is_whole", by_two="lock_is_by_two"),
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(approved_at=None, withdrawn_at=None),
                name="one_lock_proposal_waits",
            ),
        )

    @property
    def is_lock(self) -> bool:
        return self.action == LockAction.LOCK

    @property
    def is_waiting(self) -> bool:
        return self.approved_at is None and self.withdrawn_at is None

    @property
    def state(self) -> str:
        if self.withdrawn_at:
            return _("withdrawn")
        return _("in force") if self.approved_at else _("waits for the second person")

    def lines_of(self, name: str) -> list[Any]:
        """The lines that a check showed."""
        checks = (check for check in self.report if check["name"] == name)
        return next((check["lines"] for check in checks), [])
