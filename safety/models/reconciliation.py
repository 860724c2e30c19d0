"""Lists of the sponsor's safety database, and differences that somebody accepted."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.audit.triggers import REFUSE_CHANGE, Recorded, written_once
from record.casebook.models import Participant
from safety import vocabulary as words
from safety.reconciliation.vocabulary import DifferenceKind
from trial_edc import clock
from trial_edc.choices import choices


class SafetyList(Recorded):
    """A list of the cases in the sponsor's safety database; the last one counts."""

    cut_off_on = models.DateField(_("State of the list on"))
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()  # number of cases
    uploaded_at = models.DateTimeField(default=clock.now)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("-uploaded_at", "-id")


class SafetyCase(Recorded):
    """A case as that list has it; what it does not say is empty."""

    safety_list = models.ForeignKey(SafetyList, models.PROTECT, related_name="cases")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    case_number = models.CharField(max_length=60)
    term = models.CharField(max_length=400)
    pt = models.CharField(max_length=400, blank=True)
    onset = models.CharField(max_length=16)  # ISO 8601, as far as it is known
    outcome = models.CharField(
        max_length=20, choices=choices(words.EventOutcome), blank=True
    )
    causality = models.CharField(
        max_length=20, choices=choices(words.Causality), blank=True
    )

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("safety_list", "case_number"), name="one_case_a_list"
            ),
        )


class AcceptedDifference(Recorded):
    """A difference that stays as it is, for a reason; other values make another one."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=choices(DifferenceKind))
    digest = models.CharField(max_length=64)
    reason = models.TextField()
    accepted_at = models.DateTimeField(default=clock.now)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, written_once("withdrawn_at"))
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "digest"),
                condition=models.Q(withdrawn_at=None),
                name="accepted_once",
            ),
        )
