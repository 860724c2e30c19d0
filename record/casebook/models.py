"""Participant, form, and the base of every CRF."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Func
from django.utils.translation import gettext_lazy as _

from record.audit.attribution import Reason
from record.audit.models import Confidentiality
from record.audit.pseudonyms import PSEUDONYMS
from record.audit.triggers import REFUSE_REMOVAL, Recorded, record, record_each
from record.audit.vault import Purpose, seal, unseal
from record.casebook.items import Item
from record.casebook.participant_key import ParticipantKey
from record.casebook.values import MissingCode, Value
from record.casebook.vocabulary import TO_VERIFY
from trial_edc import clock

SEALED_BYTES = 12_000
SET_BY_TRIGGER = (
    *("revision", "item_revisions", "digest"),  # of the CRF table
    *("verified_items", "verification"),  # of verifications
)
UNRECORDED = ("saved_at", "saved_by_id", "verified_items", "verification")


KEEP_NUMBER = pgtrigger.Trigger(
    name="keep_number",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.AnyChange("number"),
    func="""
        RAISE EXCEPTION 'A participant keeps the number for ever.'
        USING ERRCODE = 'AU003';
    """,
)


# In place of the foreign key that a pseudonym cannot have; behind the trail's trigger.
WHOSE = pgtrigger.Trigger(
    name="whose",
    level=pgtrigger.Row,
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func=f"""
        IF NEW.confidentiality = '{Confidentiality.RESTRICTED.value}' THEN
            IF TG_OP = 'INSERT' AND NEW.participant_id < {PSEUDONYMS.start} THEN
                RAISE EXCEPTION 'A restricted form names no participant.'
                USING ERRCODE = 'AU003';
            END IF;
        ELSIF (TG_OP = 'INSERT' OR NEW.participant_id <> OLD.participant_id)
        AND NOT EXISTS (
            SELECT FROM public.casebook_participant WHERE id = NEW.participant_id
        ) THEN
            RAISE EXCEPTION 'This form is of nobody.' USING ERRCODE = 'AU003';
        END IF;
        RETURN NULL;
    """,
)


class Participant(models.Model):
    """A person approached for the trial, to whom the forms of a casebook belong.

    The number is given once and stays for life, also over several screenings.
    """

    number = models.CharField(_("participant number"), max_length=12, unique=True)
    sequence = models.PositiveIntegerField(unique=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("sequence",)
        triggers = (record(), REFUSE_REMOVAL, KEEP_NUMBER)

    def __str__(self) -> str:
        return self.number


class FormStatus(models.TextChoices):
    """How far a form has come."""

    NOT_STARTED = "not_started", _("not started")
    DRAFT = "draft", _("draft")
    COMPLETE = "complete", _("complete")
    NOT_DONE = "not_done", _("not done")
    NOT_APPLICABLE = "not_applicable", _("not applicable")


class FormInstance(models.Model):
    """A form in the casebook; it exists before its data, so that it can be due.

    Only the trigger of its CRF table moves `revision`, `item_revisions` and `digest`,
    and only that of verifications `verified_items`: the revision at which each item was
    last verified. Of a sealed form neither says anything, nor does `verification`.
    Nothing moves a restricted form to another participant.
    """

    participant = ParticipantKey(Participant, models.PROTECT, related_name="forms")
    code = models.CharField(max_length=3)
    visit = models.CharField(max_length=3, blank=True)
    visit_number = models.PositiveSmallIntegerField(default=0)
    occurrence = models.PositiveIntegerField(default=1)
    status = models.CharField(
        max_length=14, choices=FormStatus, default=FormStatus.NOT_STARTED
    )
    confidentiality = models.CharField(max_length=10, choices=Confidentiality)
    form_version = models.PositiveSmallIntegerField(default=1)
    revision = models.PositiveIntegerField(default=0)
    item_revisions = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    verified_items = models.JSONField(default=dict)
    verification = models.GeneratedField(
        expression=Func(
            "verified_items", "item_revisions", function="casebook_verification"
        ),
        output_field=models.CharField(max_length=8),
        db_persist=True,
    )
    due_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    first_completed_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    struck_at = models.DateTimeField(null=True)
    from_paper = models.BooleanField(default=False)  # the trail says who, and why
    frozen_at = models.DateTimeField(null=True)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    client_key = models.UUIDField(null=True, unique=True)

    class Meta:
        ordering = ("participant", "visit_number", "code", "occurrence", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "code", "visit", "visit_number", "occurrence"),
                name="one_sheet_a_place",
            ),
        )
        indexes = (
            models.Index(
                fields=("code", "status"),
                include=("id", "participant", "struck_at"),
                name="sheet_code_status",
            ),
            models.Index(
                fields=("due_on",),
                condition=models.Q(status__in=("not_started", "draft")),
                name="sheet_due",
            ),
            models.Index(
                fields=("id",),
                include=("code", "participant", "status", "struck_at"),
                name="sheet_code",
            ),
            models.Index(
                fields=("visit", "code", "participant"),
                condition=models.Q(status="not_started", struck_at=None),
                name="sheet_empty",
            ),
            models.Index(
                fields=("participant",),
                condition=models.Q(status="draft", struck_at=None),
                name="sheet_drafts",
            ),
            models.Index(
                fields=("status",),
                condition=models.Q(confidentiality="open", struck_at=None),
                name="sheet_status",
            ),
            models.Index(
                fields=("verification", "code"),
                condition=models.Q(status="complete", struck_at=None),
                name="sheet_verification",
            ),
            models.Index(
                fields=("participant", "visit_number", "id"),
                condition=models.Q(
                    status="complete", struck_at=None, verification__in=TO_VERIFY
                ),
                name="sheet_to_verify",
            ),
        )
        triggers = (
            *record_each("sheet", unrecorded=UNRECORDED, unless=SET_BY_TRIGGER),
            REFUSE_REMOVAL,
            WHOSE,
            pgtrigger.Trigger(
                name="keep_revision",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                # Only the functions behind triggers update as the owner.
                func="""
                    IF NEW.confidentiality = 'restricted' THEN
                        NEW.participant_id := OLD.participant_id;
                    END IF;
                    IF pg_trigger_depth() < 2 OR current_user::regrole <> (
                        SELECT relowner FROM pg_catalog.pg_class WHERE oid = TG_RELID
                    ) THEN
                        NEW.revision := OLD.revision;
                        NEW.item_revisions := OLD.item_revisions;
                        NEW.digest := OLD.digest;
                        NEW.verified_items := OLD.verified_items;
                    END IF;
                    RETURN NEW;
                """,
            ),
        )

    def __str__(self) -> str:
        place = self.visit + (f".{self.visit_number}" if self.visit_number else "")
        return f"{self.code} {place} #{self.occurrence}".replace("  ", " ")

    @property
    def is_further(self) -> bool:
        """Whether other forms of its kind came before it at this visit."""
        return self.occurrence > 1

    @property
    def is_restricted(self) -> bool:
        return self.confidentiality == Confidentiality.RESTRICTED

    @property
    def is_closed(self) -> bool:
        return self.locked_at is not None or self.frozen_at is not None


class StoredFile(Recorded):
    """A file that belongs to a form, sealed, kept outside the web root."""

    key = models.CharField(max_length=32, unique=True)
    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="files")
    item = models.CharField(max_length=60)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField(default=clock.now)

    class Meta(Recorded.Meta):
        pass


class CRF(models.Model):
    """Base of every case report form whose items are columns.

    A subclass declares its items, `class Meta(CRF.Meta)` and `class Design`.
    """

    is_sealed: ClassVar[bool] = False

    form = models.OneToOneField(
        FormInstance, models.PROTECT, primary_key=True, related_name="+"
    )
    missing = models.JSONField(default=dict)

    class Meta:
        abstract = True
        triggers = (record("crf"), REFUSE_REMOVAL)

    @classmethod
    @cache
    def crf_items(cls) -> dict[str, Item]:
        fields = cls._meta.local_fields
        return {field.name: field for field in fields if isinstance(field, Item)}

    def value_of(self, item: str) -> Value:
        if item in self.missing:
            return MissingCode(self.missing[item])
        return self.crf_items()[item].value_in(self)

    def put(self, item: str, value: Value) -> None:
        declared = self.crf_items()[item]
        code = value if isinstance(value, MissingCode) else None
        self.missing = {k: v for k, v in self.missing.items() if k != item}
        if code:
            self.missing[item] = code.value
        declared.store(self, None if code else value)


@dataclass
class Opened:
    """The content of a sealed form, unsealed."""

    values: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)


class SealedCRF(models.Model):
    """Base of a CRF that a copy of the database must not reveal: product, identity.

    All items are one sealed text of one length, so that neither columns, nulls,
    lengths nor item revisions say what was entered. `Design.purpose` names the key.
    """

    is_sealed: ClassVar[bool] = True
    sealed_items: ClassVar[dict[str, Item]] = {}
    purpose: ClassVar[Purpose]

    form = models.OneToOneField(
        FormInstance, models.PROTECT, primary_key=True, related_name="+"
    )
    sealed = models.TextField()

    class Meta:
        abstract = True
        triggers = (record("crf"), REFUSE_REMOVAL)

    @classmethod
    def crf_items(cls) -> dict[str, Item]:
        return cls.sealed_items

    @property
    def opened(self) -> Opened:
        if "_opened" not in self.__dict__:
            self.__dict__["_opened"] = self.unsealed(self.sealed)
        opened: Opened = self.__dict__["_opened"]
        return opened

    @classmethod
    def unsealed(cls, sealed: str) -> Opened:
        if not sealed:
            return Opened()
        stored = json.loads(unseal(cls.purpose, sealed))
        items = cls.crf_items()
        values = {
            name: items[name].from_json(value)
            for name, value in stored["values"].items()
            if name in items
        }
        return Opened(values, stored["missing"], stored["revisions"])

    @classmethod
    def seal_reasons(cls, reasons: Mapping[str, Reason]) -> dict[str, Reason]:
        text = json.dumps({item: vars(why) for item, why in reasons.items()})
        sealed = seal(cls.purpose, text, padded_to=SEALED_BYTES)
        return {"sealed": Reason("sealed", sealed)}

    @classmethod
    def unseal_reasons(cls, reasons: Mapping[str, Any]) -> dict[str, Any]:
        if "sealed" not in reasons:
            return dict(reasons)
        by_item: dict[str, Any] = json.loads(
            unseal(cls.purpose, reasons["sealed"]["text"])
        )
        return by_item

    @property
    def missing(self) -> dict[str, str]:
        return self.opened.missing

    def value_of(self, item: str) -> Value:
        if item in self.missing:
            return MissingCode(self.missing[item])
        return self.opened.values.get(item)

    def put(self, item: str, value: Value) -> None:
        code = value if isinstance(value, MissingCode) else None
        self.opened.missing.pop(item, None)
        if code:
            self.opened.missing[item] = code.value
        self.opened.values[item] = None if code else value

    def seal_content(self) -> None:
        """What was put becomes the stored text; raises `TooLong`."""
        items = self.crf_items()
        content = {
            "values": {n: items[n].to_json(v) for n, v in self.opened.values.items()},
            "missing": self.opened.missing,
            "revisions": self.opened.revisions,
        }
        text = json.dumps(content, ensure_ascii=False, default=str)
        self.sealed = seal(self.purpose, text, padded_to=SEALED_BYTES)

    def save(self, *args: Any, **options: Any) -> None:
        self.seal_content()
        super().save(*args, **options)


AnyCRF = CRF | SealedCRF
