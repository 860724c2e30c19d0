"""Allocation list, slots and allocations, and the triggers that keep them.

Only `randomization.arms` can read the arms. All rows are confidential, so a
blinded reader of the audit trail neither sees nor counts them.
"""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from randomization.vocabulary import ListSource, ListState
from record.audit.models import Confidentiality
from record.audit.triggers import REFUSE_REMOVAL, Recorded, record
from record.casebook.models import Participant
from trial_edc.choices import choices

RESTRICTED = Q(confidentiality=Confidentiality.RESTRICTED.value)
MOVING = (
    "state",
    "content",
    "commitment",
    "approved_at",
    "approved_by_id",
    "confirmation",
    "sealed_at",
    "sealed_by_id",
    "destroyed_at",
    "destroyed_by_id",
)

KEEP_LIST = pgtrigger.Trigger(
    name="keep_list",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func=f"""
        IF (OLD.state, NEW.state) NOT IN (
            ('draft', 'approved'), ('approved', 'sealed'),
            ('draft', 'destroyed'), ('approved', 'destroyed')
        ) OR NEW.content <> (
            CASE NEW.state WHEN 'destroyed' THEN '' ELSE OLD.content END
        )
        OR to_jsonb(NEW) - '{{{",".join(MOVING)}}}'::text[]
            <> to_jsonb(OLD) - '{{{",".join(MOVING)}}}'::text[]
        THEN
            RAISE EXCEPTION 'An allocation list that is % is not changed like this.',
                OLD.state USING ERRCODE = 'AU003';
        END IF;
        RETURN NEW;
    """,
)
BEGIN_AS_DRAFT = pgtrigger.Trigger(
    name="begin_as_draft",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NEW.state <> 'draft' OR NEW.content = '' OR NEW.commitment <> ''
        OR NEW.approved_by_id IS NOT NULL OR NEW.sealed_by_id IS NOT NULL
        OR NEW.first_sequence <> 1 + COALESCE(
            (SELECT max(sequence) FROM randomization_slot), 0
        )
        THEN
            RAISE EXCEPTION 'A list begins as a draft, after the last place.'
            USING ERRCODE = 'AU003';
        END IF;
        RETURN NEW;
    """,
)
KEEP_ROW = pgtrigger.Trigger(
    name="keep_row",
    level=pgtrigger.Statement,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    func="""
        RAISE EXCEPTION 'Rows of % are never changed.', TG_TABLE_NAME
        USING ERRCODE = 'AU003';
    """,
)
INSIDE_SEALED_LIST = pgtrigger.Trigger(
    name="inside_sealed_list",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (
            SELECT FROM randomization_allocationlist l
            WHERE l.id = NEW.list_id AND l.state = 'sealed'
            AND NEW.sequence BETWEEN l.first_sequence AND l.first_sequence + l.size - 1
        ) THEN
            RAISE EXCEPTION 'A slot belongs into its sealed list.'
            USING ERRCODE = 'AU003';
        END IF;
        RETURN NEW;
    """,
)
IN_ORDER = pgtrigger.Trigger(
    name="in_order",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF EXISTS (
            SELECT FROM randomization_slot earlier
            JOIN randomization_slot taken ON taken.id = NEW.slot_id
            WHERE earlier.sequence < taken.sequence AND NOT EXISTS (
                SELECT FROM randomization_allocation a WHERE a.slot_id = earlier.id
            )
        ) THEN
            RAISE EXCEPTION 'No slot is skipped.' USING ERRCODE = 'AU003';
        END IF;
        RETURN NEW;
    """,
)


def confidential() -> "models.CharField[str, str]":
    """Column that hides a row, and its history, from blinded readers."""
    return models.CharField(
        max_length=10, default=Confidentiality.RESTRICTED, editable=False
    )


def person(*, null: bool = False) -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=null
    )


class AllocationList(Recorded):
    """One list, or a later segment that enlarges the trial.

    `content` is sealed: canonical list, seed, block sizes and nonce. It stays out of
    the audit trail, so that a draft can be destroyed; `content_digest` (of the
    ciphertext) stands there for it.
    """

    state = models.CharField(
        max_length=9, choices=choices(ListState), default=ListState.DRAFT
    )
    source = models.CharField(max_length=9, choices=choices(ListSource))
    size = models.PositiveIntegerField()
    first_sequence = models.PositiveIntegerField()
    reason = models.TextField(blank=True)  # of a segment: the amendment
    protocol_version = models.CharField(max_length=20, default="", editable=False)
    content = models.TextField(blank=True)
    content_digest = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()
    made_by = person()
    approved_at = models.DateTimeField(null=True)
    approved_by = person(null=True)
    confirmation = models.TextField(blank=True)  # of one that can be foreseen: why
    sealed_at = models.DateTimeField(null=True)
    sealed_by = person(null=True)
    destroyed_at = models.DateTimeField(null=True)
    destroyed_by = person(null=True)
    confidentiality = confidential()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(condition=RESTRICTED, name="list_is_restricted"),
            models.CheckConstraint(
                condition=~Q(approved_by=F("made_by")), name="list_by_two_persons"
            ),
            models.CheckConstraint(
                condition=~Q(state=ListState.SEALED)
                | Q(approved_at__isnull=False, sealed_at__isnull=False)
                & ~Q(commitment=""),
                name="sealed_list_was_approved",
            ),
            models.UniqueConstraint(
                fields=("first_sequence",),
                condition=Q(state=ListState.SEALED),
                name="one_sealed_list_a_place",
            ),
        )
        triggers = (
            record(secret=("content",)),
            REFUSE_REMOVAL,
            BEGIN_AS_DRAFT,
            KEEP_LIST,
        )

    @property
    def is_draft(self) -> bool:
        return self.state == ListState.DRAFT

    @property
    def is_approved(self) -> bool:
        """A second person approved it, and it is not sealed yet."""
        return self.state == ListState.APPROVED

    @property
    def is_segment(self) -> bool:
        return self.first_sequence > 1


class Slot(Recorded):
    """One place of a sealed list; its arm is sealed, each to the same length."""

    list = models.ForeignKey(AllocationList, models.PROTECT, related_name="slots")
    sequence = models.PositiveIntegerField(unique=True)
    arm = models.TextField()
    confidentiality = confidential()

    class Meta:
        ordering = ("sequence",)
        constraints = (
            models.CheckConstraint(condition=RESTRICTED, name="slot_is_restricted"),
        )
        triggers = (record(), REFUSE_REMOVAL, KEEP_ROW, INSIDE_SEALED_LIST)


class Allocation(Recorded):
    """A participant's slot, once and for ever; no other table leads here."""

    participant = models.OneToOneField(Participant, models.PROTECT, related_name="+")
    slot = models.OneToOneField(Slot, models.PROTECT, related_name="+")
    code = models.CharField(max_length=8, unique=True)
    randomised_at = models.DateTimeField()
    randomised_by = person()
    screening_digest = models.CharField(max_length=64)  # of the deciding values used
    confidentiality = confidential()

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=RESTRICTED, name="allocation_is_restricted"
            ),
        )
        triggers = (record(), REFUSE_REMOVAL, KEEP_ROW, IN_ORDER)
