"""Which mornings have their mail, and which forms were moved."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Role
from record.audit.triggers import REFUSE_CHANGE, Recorded, Register
from record.casebook.models import FormInstance
from trial_edc import clock
from trial_edc.choices import choices

CONSENT_TO_MOVE = _(
    "I have compared the form with the source. It belongs to the participant named, "
    "and I agree to what follows for both."
)


class DigestDay(Register):
    """A day at the site whose morning's mail is written, for everybody."""

    day = models.DateField(unique=True)
    written_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        ordering = ("day",)


class FormMove(Recorded):
    """The values of a form typed for the wrong participant, moved to the right one.

    Both forms keep their history. `meaning` is what an investigator signed, where the
    form decides something.
    """

    source = models.ForeignKey(FormInstance, models.PROTECT, related_name="+")
    target = models.ForeignKey(FormInstance, models.PROTECT, related_name="+")
    reason = models.TextField()
    meaning = models.TextField(blank=True)
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=200)
    signer_role = models.CharField(max_length=2, choices=choices(Role))
    at = models.DateTimeField(default=clock.now)

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
