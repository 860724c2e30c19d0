"""Filters of the trail that people keep, and reviews of its reports."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from monitoring.trail.vocabulary import TrailReport
from record.audit.models import Register
from record.audit.triggers import REFUSE_CHANGE, Disposable
from trial_edc import clock
from trial_edc.choices import choices

LONGEST_NAME, LONGEST_QUERY, LONGEST_FINDINGS = 60, 500, 4_000


class SavedFilter(Disposable):
    """What somebody narrows the trail by again and again, as an address has it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    name = models.CharField(_("Name"), max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(fields=("owner", "name"), name="one_filter_a_name"),
        )


class AuditReview(Register):
    """A review of one report over a period, with what was found.

    The trail goes on while the database is locked, and so do its reviews.
    """

    report = models.CharField(max_length=10, choices=choices(TrailReport))
    since = models.DateField(_("From"))
    until = models.DateField(_("Until, this day included"))
    entries = models.PositiveIntegerField()  # that the report had
    findings = models.TextField(_("Findings"), max_length=LONGEST_FINDINGS)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(since__lte=models.F("until")),
                name="review_of_a_period",
            ),
        )
