"""PLS: safety cases that became known after the database was locked."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from record.audit.triggers import Register
from record.casebook.models import FormInstance, Participant
from safety import vocabulary as words
from trial_edc import clock
from trial_edc.choices import choices


class LateCase(Register):
    """One case, kept beside the locked forms; every change is in the audit trail.

    `onset` is known as far as it is: year, month or day.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    about = models.ForeignKey(
        FormInstance, models.PROTECT, related_name="+", null=True, blank=True
    )
    term = models.CharField(_("Term"), max_length=200)
    onset = models.CharField(_("Onset"), max_length=10)
    aware_at = models.DateTimeField(_("Site aware at"))
    seriousness = ArrayField(
        models.CharField(max_length=20, choices=choices(words.Seriousness)),
        verbose_name=_("Criteria of seriousness"),
    )
    causality = models.CharField(
        _("Caused by the study infusion"),
        max_length=20,
        choices=choices(words.Causality),
        blank=True,
    )
    outcome = models.CharField(
        _("Outcome"), max_length=20, choices=choices(words.EventOutcome)
    )
    narrative = models.TextField(_("Narrative"))
    entered_at = models.DateTimeField(default=clock.now)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    # The sponsor's side, entered by the safety officer.
    sponsor_aware_at = models.DateTimeField(_("Sponsor aware at"))
    causality_sponsor = models.CharField(
        _("Causality, as the sponsor sees it"),
        max_length=20,
        choices=choices(words.Causality),
        blank=True,
    )
    expected = models.BooleanField(
        _("Expected by the reference safety information?"), null=True
    )
    rsi_version = models.CharField(
        _("Version of the reference safety information"), max_length=50, blank=True
    )
    submitted_on = models.DateField(_("Submitted on"), null=True)
    reference = models.CharField(_("Reference"), max_length=100, blank=True)

    class Meta(Register.Meta):
        ordering = ("-entered_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(seriousness__len__gt=0), name="late_case_has_a_criterion"
            ),
            models.CheckConstraint(
                condition=Q(aware_at__lte=models.F("entered_at")),
                name="late_case_aware_before_entry",
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant.number}-L{self.pk}"
