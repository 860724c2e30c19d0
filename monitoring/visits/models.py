"""Monitoring visits with their findings, actions and signed reports (MVL).

They are registers: a close-out visit comes after the lock of the database.
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from monitoring.visits.rules import is_overdue, state_of_visit
from monitoring.visits.vocabulary import (
    FindingCategory,
    FindingSeverity,
    MonitoringKind,
    MonitoringState,
)
from record.audit.models import Register
from record.audit.triggers import written_once
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.choices import choices

LONGEST, LONGEST_LETTER = 1_000, 8_000


class MonitoringVisit(Register):
    """A visit of a monitor at the site, or from afar."""

    kind = models.CharField(_("Kind"), max_length=10, choices=choices(MonitoringKind))
    planned_on = models.DateField(_("Planned on"))
    monitor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    started_on = models.DateField(_("From"), null=True)
    ended_on = models.DateField(_("Until, this day included"), null=True)
    people_met = models.CharField(_("People met"), max_length=LONGEST, null=True)
    letter = models.TextField(_("Follow-up letter"), null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancellation = models.CharField(_("Reason"), max_length=LONGEST, null=True)

    class Meta(Register.Meta):
        ordering = ("-planned_on", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(
                    started_on=None, ended_on=None, people_met=None, letter=None
                )
                | Q(
                    started_on__lte=F("ended_on"),
                    people_met__isnull=False,
                    letter__isnull=False,
                    cancelled_at=None,
                ),
                name="monitoring_visit_done_whole",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None, cancellation=None)
                | Q(cancelled_at__isnull=False, cancellation__isnull=False),
                name="monitoring_visit_cancelled_whole",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.started_on or self.planned_on}"

    @property
    def state(self) -> MonitoringState:
        return state_of_visit(
            is_done=self.ended_on is not None,
            is_cancelled=self.cancelled_at is not None,
        )

    @property
    def is_planned(self) -> bool:
        return self.state == MonitoringState.PLANNED

    @property
    def is_done(self) -> bool:
        return self.state == MonitoringState.DONE


class VisitFinding(Register):
    """What a monitor noticed; one that was an error is withdrawn, not changed."""

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="findings")
    category = models.CharField(
        _("Category"), max_length=11, choices=choices(FindingCategory)
    )
    severity = models.CharField(
        _("Severity"), max_length=8, choices=choices(FindingSeverity)
    )
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="+", null=True
    )
    code = models.CharField(_("Form"), max_length=3, blank=True)
    text = models.CharField(_("Finding"), max_length=LONGEST)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal = models.CharField(_("Reason"), max_length=LONGEST, null=True)

    class Meta(Register.Meta):
        ordering = ("id",)
        triggers = (*Register.Meta.triggers, written_once("withdrawn_at", "withdrawal"))
        constraints = (
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawal=None)
                | Q(withdrawn_at__isnull=False, withdrawal__isnull=False),
                name="finding_withdrawn_whole",
            ),
        )


class VisitAction(Register):
    """What somebody is to do after a visit; open until closed with what was done."""

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="actions")
    task = models.CharField(_("What is to be done"), max_length=LONGEST)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("Due"))
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    noted_at = models.DateTimeField(default=clock.now)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    outcome = models.CharField(_("What was done"), max_length=LONGEST, null=True)

    class Meta(Register.Meta):
        ordering = ("due_on", "id")
        triggers = (
            *Register.Meta.triggers,
            written_once("closed_at", "closed_by_id", "outcome"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome=None)
                | Q(
                    closed_at__isnull=False,
                    closed_by__isnull=False,
                    outcome__isnull=False,
                ),
                name="action_closed_whole",
            ),
        )

    @property
    def is_late(self) -> bool:
        return is_overdue(
            due_on=self.due_on,
            today=clock.today(),
            is_closed=self.closed_at is not None,
        )


class VisitReport(Register):
    """A report as it was signed; a correction is a new version.

    `content` is all that it shows, so that nothing that changes later changes it.
    """

    visit = models.ForeignKey(MonitoringVisit, models.PROTECT, related_name="reports")
    version = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    meaning = models.CharField(max_length=200)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=200)
    signed_at = models.DateTimeField(default=clock.now)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    acknowledged_name = models.CharField(max_length=200, null=True)
    acknowledged_at = models.DateTimeField(null=True)

    class Meta(Register.Meta):
        ordering = ("-version",)
        triggers = (
            *Register.Meta.triggers,
            written_once("acknowledged_by_id", "acknowledged_name", "acknowledged_at"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("visit", "version"), name="one_report_a_version"
            ),
        )
