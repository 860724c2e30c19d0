"""Where each person stands, as lists ask for it."""

from django.db import models

from record.audit.triggers import Disposable
from record.casebook.models import FormInstance, Participant


class ParticipantStanding(Disposable):
    """A copy of what the forms say of a person, see `enrollment.standing`.

    It is written in the transaction that changes them; it is no record, and the trail
    says nothing of it. `asks_consent` and `signed_from` are of `ConsentOutlook`.
    """

    participant = models.OneToOneField(
        Participant, models.PROTECT, primary_key=True, related_name="standing"
    )
    status = models.CharField(max_length=13)
    asks_consent = models.BooleanField()
    signed_from = models.DateField(null=True)
    screening = models.OneToOneField(  # the present one
        FormInstance, models.PROTECT, null=True, related_name="standing"
    )
    consented_at = models.DateTimeField(null=True)
    is_randomized = models.BooleanField()

    class Meta:
        indexes = (models.Index(fields=("status",), name="standing_status"),)
