"""The audit trail, its seals, the keys of the vault, lock and installation."""

import json
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from record.audit.triggers import (
    REFUSE_CHANGE,
    REFUSE_REMOVAL,
    Disposable,
    Recorded,
    Register,
)

__all__ = [
    "DataKey",
    "DatabaseLock",
    "Entry",
    "Installation",
    "Recorded",
    "Register",
    "Seal",
    "SealedEntry",
]


class ExactDecoder(json.JSONDecoder):
    """Reads numbers as `Decimal`, as they were measured."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class Confidentiality(models.TextChoices):
    """Who may see a form and its history."""

    OPEN = "open", _("open")
    RESTRICTED = "restricted", _("restricted")
    IDENTITY = "identity", _("identity")


class Entry(models.Model):
    """One write, or one act, in the audit trail; written by the database alone."""

    class Operation(models.TextChoices):
        INSERT = "INSERT", _("entered")
        UPDATE = "UPDATE", _("changed")
        ACT = "ACT", _("act")

    at = models.DateTimeField(_("server time"))
    demo_at = models.DateTimeField(_("simulated time"), null=True)
    transaction_id = models.BigIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    table_name = models.CharField(max_length=63)
    row_id = models.BigIntegerField(null=True)
    act = models.CharField(max_length=63)
    participant_id = models.BigIntegerField(null=True)
    form_id = models.BigIntegerField(null=True)
    revision = models.IntegerField(null=True)
    confidentiality = models.CharField(max_length=10)
    old_values = models.JSONField(decoder=ExactDecoder)
    new_values = models.JSONField(decoder=ExactDecoder)  # of an act: its details
    reasons = models.JSONField()
    actor_id = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=150)
    role = models.CharField(max_length=8)
    via = models.CharField(max_length=8)
    request_id = models.CharField(max_length=36)
    address = models.GenericIPAddressField(null=True)
    digest = models.CharField(max_length=64, db_default="")  # of a row of a CRF

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("form_id", "id"), name="entry_form"),
            models.Index(fields=("participant_id", "at"), name="entry_participant_at"),
            models.Index(fields=("actor_id", "at"), name="entry_actor_at"),
            models.Index(
                fields=("act", "table_name", "operation", "at"), name="entry_kind_at"
            ),
            models.Index(fields=("at",), name="entry_at"),
        )
        triggers = (REFUSE_REMOVAL, REFUSE_CHANGE)

    @property
    def changes(self) -> dict[str, Any]:
        """Old and new value by item; of an act, its details."""
        new: dict[str, Any] = self.new_values
        if self.operation == self.Operation.ACT:
            return new
        return {item: [self.old_values.get(item), new[item]] for item in new}


class Seal(models.Model):
    """A seal on a stretch of finished entries, chained to the seal before it.

    `root` is the root of the Merkle tree over the entries, `previous` the digest of
    the seal before, so the digest of the last seal stands for the whole trail. Ids of
    neighbouring stretches may interleave, as transactions end in any order.
    """

    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    horizon = models.BigIntegerField()  # transactions before it had ended
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("previous",), name="one_chain_of_seals"),
        )
        triggers = (REFUSE_REMOVAL, REFUSE_CHANGE)


class SealedEntry(models.Model):
    """The digest of one entry under a seal: by it the altered entry can be named."""

    entry_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(Seal, models.PROTECT, related_name="entries")
    digest = models.BinaryField()

    class Meta:
        ordering = ("entry_id",)
        triggers = (REFUSE_REMOVAL, REFUSE_CHANGE)


class PerformedAct(models.Model):
    """The key of an act that happened, see `once`."""

    key = models.UUIDField(primary_key=True)

    class Meta:
        triggers = (REFUSE_REMOVAL, REFUSE_CHANGE)


class TryCount(Disposable):
    """How often an origin tried in a window; of the `unlisted` no entry tells yet."""

    act = models.CharField(max_length=63)
    window_at = models.DateTimeField()
    origin = models.CharField(max_length=50)
    tries = models.PositiveIntegerField()
    unlisted = models.PositiveIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("act", "window_at", "origin"), name="one_count_an_origin"
            ),
        )


class DatabaseLock(Register):
    """A lock of the whole database; it holds until two persons lift it."""

    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    unlocked_at = models.DateTimeField(null=True)

    class Meta(Register.Meta):
        constraints = (
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(unlocked_at=None),
                name="one_database_lock",
            ),
            models.CheckConstraint(
                condition=~models.Q(locked_by=models.F("confirmed_by")),
                name="lock_by_two_persons",
            ),
        )


class DataKey(models.Model):
    """A key of the vault for one purpose, itself wrapped with a master key.

    Master keys are in the environment, so a copy of the database opens nothing.
    """

    purpose = models.CharField(max_length=20)
    wrapped = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("purpose",), name="one_key_a_purpose"),
        )


class Installation(models.Model):
    """What this database is: one row, written by the owner when it is made."""

    is_demo = models.BooleanField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(models.Value(1), name="one_installation"),
        )
