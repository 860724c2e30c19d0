"""The investigator's confirmation of an eligible verdict."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Role
from record.audit.triggers import Recorded, written_once
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.choices import choices

MEANING = _(
    "I have reviewed the 24 criteria and the values that decide them, and confirm that "
    "this person is eligible."
)


class EligibilityConfirmation(Recorded):
    """A signature on the values that decide, whichever forms they stand on.

    It holds while each deciding item keeps its revision and the assessment gives the
    same digest, so a further row of a log that decides nothing does not void it, and a
    value changed and changed back does not revive it (docs/adr/0002). It is withdrawn
    when one of these forms returns to draft before the randomization.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    episode = models.PositiveSmallIntegerField()
    deciding = models.JSONField()  # form → item → revision
    states = ArrayField(models.CharField(max_length=20))  # "I1:met", in protocol order
    verdict = models.CharField(max_length=13)
    digest = models.CharField(max_length=64)
    settings_version = models.CharField(max_length=20)
    meaning = models.TextField()
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=200)
    signer_role = models.CharField(max_length=2, choices=choices(Role))
    at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, written_once("withdrawn_at"))
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(verdict="eligible"), name="only_eligible_confirmed"
            ),
        )
