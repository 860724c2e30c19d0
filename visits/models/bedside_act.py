"""Actions at the bedside, each stored once even if it is sent again."""

from django.conf import settings
from django.db import models

from record.audit.models import Recorded
from record.audit.triggers import REFUSE_CHANGE
from record.casebook.models import Participant
from trial_edc import clock


class BedsideAct(Recorded):
    """An action that was stored, by the key that the tablet gave it.

    `digest` shows whether the same key came with another action; `confirmed_at`
    is when the person pressed the button, by the site time of the tablet, which may be
    long before `stored_at` when the connection was down.
    """

    key = models.UUIDField(unique=True)
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    visit = models.CharField(max_length=5)
    act = models.CharField(max_length=20)
    digest = models.CharField(max_length=64)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    stored_at = models.DateTimeField(default=clock.now)

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
