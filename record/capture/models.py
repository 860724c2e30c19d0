"""Typing that is not in the record yet, and runs of the edit checks."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.triggers import REFUSE_REMOVAL, Disposable, record
from record.casebook.models import FormInstance
from trial_edc import clock


class Autosave(Disposable):
    """What a person typed into a form and has not saved, sealed.

    One for each time the page was opened: two tabs keep two.
    """

    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="autosaves")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    page_load = models.UUIDField(default=uuid.uuid4)
    based_on = models.PositiveIntegerField()
    sealed = models.TextField()
    typed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("form", "author", "page_load"), name="one_autosave_a_page_load"
            ),
        )


class CheckRunState(models.TextChoices):
    """How far a run of the edit checks has come."""

    PREVIEWING = "previewing", _("preview is made")
    PROPOSED = "proposed", _("awaits approval")
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class CheckRun(TwoPersonEntry):
    """All edit checks run again over the stored data, previewed before it is approved.

    `checks` is the digest of the specifications; `preview` and `result` count what
    opens and closes, by check and participant: of open forms, since those of others
    would tell what was entered.
    """

    entered_at = models.DateTimeField(default=clock.now)
    reason = models.TextField()
    checks = models.CharField(max_length=64)
    state = models.CharField(
        max_length=10, choices=CheckRunState, default=CheckRunState.PREVIEWING
    )
    preview = models.JSONField(default=list)
    result = models.JSONField(default=list)
    left_alone = models.JSONField(default=list)  # closed forms, by name
    done = models.PositiveIntegerField(default=0)  # of participants
    total = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = two_persons(whole="check_run_approved", by_two="check_run_by_two")
        triggers = (record("register", unrecorded=("done", "total")), REFUSE_REMOVAL)

    @property
    def is_previewed(self) -> bool:
        return self.state != CheckRunState.PREVIEWING and not self.problem

    @property
    def is_under_way(self) -> bool:
        waits = (CheckRunState.PREVIEWING, CheckRunState.QUEUED, CheckRunState.RUNNING)
        return self.state in waits
