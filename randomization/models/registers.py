"""Registers beside the forms: study status, code breaks, lots."""

import json
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from randomization.models.lists import RESTRICTED, confidential, person
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind, StudyStatus
from record.audit.triggers import REFUSE_CHANGE, Recorded, Register, written_once
from record.audit.vault import Purpose, keyed_hash, seal, unseal
from record.casebook.models import FormInstance, Participant
from trial_edc import clock
from trial_edc.choices import choices
from trial_edc.typed_text import identifier

LOT_BYTES = 24_000


class StudyStatusChange(Register):
    """STA: a step of the study; steps that open it need a second person.

    It is in force from `in_force_at`; until then it is a proposal, which a step that
    stops something withdraws.
    """

    status = models.CharField(max_length=20, choices=choices(StudyStatus))
    reason = models.TextField(_("reason"))
    decided_at = models.DateTimeField(default=clock.now)
    decided_by = person()
    confirmed_by = person(null=True)
    in_force_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Register.Meta):
        triggers = (
            *Register.Meta.triggers,
            written_once("confirmed_by_id", "in_force_at", "withdrawn_at"),
        )
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("decided_by")),
                name="status_by_two_persons",
            ),
            models.UniqueConstraint(
                models.Value(1),
                condition=Q(in_force_at=None, withdrawn_at=None),
                name="one_status_proposal",
            ),
        )

    @property
    def status_label(self) -> str:
        return StudyStatus(self.status).label


class CodeBreak(Register):
    """CBR: that an arm became known, to whom and why; never which arm."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=choices(CodeBreakKind))
    category = models.CharField(max_length=12, choices=choices(CodeBreakCategory))
    reason = models.TextField()
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=clock.now)
    recorded_by = person(null=True)  # null: the system
    disclosed_to = models.TextField(blank=True)
    participant_told = models.BooleanField(null=True)
    treatment_continues = models.BooleanField(null=True)
    source = models.OneToOneField(
        FormInstance, models.PROTECT, related_name="+", null=True
    )

    class Meta(Register.Meta):
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        ordering = ("-at", "-id")

    @property
    def kind_label(self) -> str:
        return CodeBreakKind(self.kind).label

    @property
    def category_label(self) -> str:
        return CodeBreakCategory(self.category).label

    @property
    def reason_text(self) -> str:
        """For its reader, where the system and no person wrote it."""
        return self.reason if self.recorded_by_id else gettext(self.reason)


def lot_hash(number: str) -> str:
    return keyed_hash(Purpose.PRODUCT, identifier(number))


class LotRecord(Recorded):
    """LOT: one lot with its release, status and movements, all one sealed text."""

    number_hash = models.CharField(max_length=64, unique=True)  # keyed
    sealed = models.TextField()
    recorded_at = models.DateTimeField(default=clock.now)
    confidentiality = confidential()

    class Meta(Recorded.Meta):
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=RESTRICTED, name="lot_is_restricted"),
        )

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(unseal(Purpose.PRODUCT, self.sealed))
        return content

    def put(self, content: dict[str, Any]) -> None:
        self.number_hash = lot_hash(content["lot"])
        text = json.dumps(content, ensure_ascii=False)
        self.sealed = seal(Purpose.PRODUCT, text, padded_to=LOT_BYTES)
