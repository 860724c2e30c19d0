"""The register of versions of the consent document."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import ConsentConcerns
from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.models import Recorded
from trial_edc.choices import choices


class ConsentDocument(TwoPersonEntry, Recorded):
    """A later version of the consent document; it counts once it is approved.

    It holds from its first day until the next one's. The version with which the trial
    opens is in the protocol.
    """

    version = models.CharField(_("version"), max_length=20, unique=True)
    effective_from = models.DateField(_("in force from"), unique=True)
    ethics_approved_on = models.DateField(_("approved by the ethics board"))
    changes = models.TextField(_("what changed"))
    concerns = models.CharField(
        _("concerns"), max_length=10, choices=choices(ConsentConcerns)
    )

    class Meta(Recorded.Meta):
        ordering = ("effective_from",)
        constraints = two_persons(
            whole="consent_version_approved_when",
            by_two="consent_version_by_two_persons",
        )

    def __str__(self) -> str:
        return self.version
