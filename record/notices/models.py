"""The outbox: every message to a person, once for each occasion and channel."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_supported_language_variant
from django.utils.translation import gettext_lazy as _

from record.audit.triggers import REFUSE_CHANGE, REFUSE_REMOVAL, Register, record
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.protocol import PROTOCOL


class Channel(models.TextChoices):
    """A way to reach a person."""

    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class MessageState(models.TextChoices):
    """How far a message has come."""

    QUEUED = "queued", _("queued")
    SENDING = "sending", _("sending")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")
    WITHHELD = "withheld", _("withheld")


class Message(Register):
    """One message to a user or to a participant; `key` names the occasion.

    The address is looked up at the moment of sending and never kept: that of a
    participant would name the person. A message about the account of a user keeps the
    address that stood when it was queued: a new one may be somebody else's.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="messages", null=True
    )
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="messages", null=True
    )
    address = models.EmailField(blank=True)
    occasion = models.CharField(max_length=40)  # to a participant: key of the template
    key = models.CharField(max_length=120)
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    visit = models.CharField(max_length=6, blank=True)  # which it reminds of
    # To a participant; a user is written to in the language of the account.
    language = models.CharField(max_length=10, blank=True)
    template_version = models.CharField(max_length=10, blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(
        max_length=8, choices=MessageState, default=MessageState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True)  # when the last attempt began
    # A worker stopped between sending it and recording that: it may have come twice.
    may_be_repeated = models.BooleanField(default=False)
    not_before = models.DateTimeField(null=True)  # when the next attempt is due
    sent_at = models.DateTimeField(null=True)
    times_sent = models.PositiveSmallIntegerField(default=0)  # more when sent anew
    problem = models.TextField(blank=True)
    # The keyed hash of the telephone number of a text message, to find who answers.
    line = models.CharField(max_length=64, blank=True)

    class Meta(Register.Meta):
        ordering = ("id",)
        triggers = (record("register", unrecorded=("line",)), REFUSE_REMOVAL)
        constraints = (
            models.CheckConstraint(
                condition=Q(recipient=None) ^ Q(participant=None),
                name="message_to_one_person",
            ),
            models.UniqueConstraint(
                fields=("recipient", "key", "channel"), name="one_message_an_occasion"
            ),
            models.UniqueConstraint(
                fields=("participant", "key", "channel"),
                name="one_reminder_an_occasion",
            ),
        )
        indexes = (
            models.Index(fields=("state", "id"), name="message_state"),
            models.Index(fields=("-queued_at", "-id"), name="message_newest"),
            models.Index(fields=("line",), condition=~Q(line=""), name="message_line"),
        )

    @property
    def is_deferred(self) -> bool:
        return self.state == MessageState.QUEUED and self.not_before is not None

    @property
    def text_language(self) -> str:
        if self.recipient:
            return self.recipient.written_language
        # A participant's is "zh" or "en", the catalogue's is "zh-hans".
        return get_supported_language_variant(self.language or settings.LANGUAGE_CODE)


class ClockComparison(Register):
    """How far the clocks were from a time server; none of the numbers without answer.

    Seconds by which a clock is ahead of the server. The database stamps the trail,
    this machine what people enter; the answer is as sure as half its way is long.
    """

    at = models.DateTimeField(default=clock.now)
    server = models.CharField(max_length=255)
    machine_seconds = models.FloatField(null=True)
    database_seconds = models.FloatField(null=True)
    way_seconds = models.FloatField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta(Register.Meta):
        ordering = ("-id",)
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        constraints = (
            models.CheckConstraint(
                condition=Q(problem="")
                & Q(machine_seconds__isnull=False)
                & Q(database_seconds__isnull=False)
                & Q(way_seconds__isnull=False)
                | ~Q(problem="")
                & Q(machine_seconds=None, database_seconds=None, way_seconds=None),
                name="clock_comparison_whole",
            ),
        )

    @property
    def is_apart(self) -> bool:
        limit = PROTOCOL.staff_mail.reference_drift_seconds
        distances = (self.machine_seconds, self.database_seconds)
        return any(abs(seconds or 0) > limit for seconds in distances)
