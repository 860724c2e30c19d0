"""The outbox: every message to a person, once for each occasion and channel."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.recording import Register
from trial_edc import clock


class Channel(models.TextChoices):
    """A way to reach a person."""

    EMAIL = "email", _("e-mail")


class MessageState(models.TextChoices):
    """How far a message has come."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    WITHHELD = "withheld", _("withheld")


class Message(Register):
    """One message; `key` names the occasion, so that it is queued once."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages"
    )
    occasion = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(
        max_length=8, choices=MessageState, default=MessageState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True)  # when the last attempt began
    # A worker stopped between sending it and noting so: it may have come twice.
    may_be_repeated = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)  # when the next attempt is due
    sent_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta(Register.Meta):
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("recipient", "key", "channel"), name="one_message_an_occasion"
            ),
        )
        indexes = (models.Index(fields=("state", "id"), name="message_state"),)
