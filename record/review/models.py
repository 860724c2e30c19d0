"""Queries with their threads, verifications, signatures.

Nothing here is reset when data change: each holds for the revisions for which it was
given (docs/adr/0002).
"""

import json

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from record.accounts.roles import Role
from record.audit.models import Confidentiality
from record.audit.triggers import (
    REFUSE_CHANGE,
    REFUSE_REMOVAL,
    Recorded,
    Register,
    record,
    written_once,
)
from record.audit.vault import Purpose, seal, unseal
from record.casebook.models import FormInstance, Participant
from record.casebook.participant_key import ParticipantKey
from trial_edc import clock
from trial_edc.choices import choices
from trial_edc.vocabulary import VerificationTier
from trial_edc.wording import Wording, written_out

SEALED_BYTES = 4_000


class QueryState(models.TextChoices):
    """Who has to act next: the site, the monitor, nobody."""

    OPEN = "open", _("open")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", pgettext_lazy("a query", "cancelled")


WAITING = (QueryState.OPEN, QueryState.ANSWERED)


class QueryPriority(models.TextChoices):
    """How soon the answer is needed; the protocol file has the days of each."""

    HIGH = "high", pgettext_lazy("a priority", "high")
    NORMAL = "normal", pgettext_lazy("a priority", "normal")
    LOW = "low", pgettext_lazy("a priority", "low")


class Query(Recorded):
    """A question about an item, also an empty one, or a form, with its thread.

    Without a form it is about what has none: the `visit`, a row that the `log` lacks,
    or the participant. `check_id` names the edit check that raised it; a manual query
    has none. On a sealed form item and check are sealed too, since they reveal what was
    entered.
    """

    form = models.ForeignKey(
        FormInstance, models.PROTECT, related_name="queries", null=True
    )
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="+", null=True
    )
    log = models.CharField(max_length=3, blank=True)
    visit = models.CharField(max_length=3, blank=True)
    visit_number = models.PositiveSmallIntegerField(default=0)
    item = models.CharField(max_length=60, blank=True)
    check_id = models.CharField(max_length=100, blank=True)
    sealed_place = models.TextField(blank=True)
    state = models.CharField(max_length=9, choices=QueryState)
    priority = models.CharField(
        max_length=6, choices=QueryPriority, default=QueryPriority.NORMAL.value
    )
    due_on = models.DateField(null=True)
    assigned_role = models.CharField(max_length=2, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    raised_at = models.DateTimeField(default=clock.now)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )

    class Meta(Recorded.Meta):
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("form", "item", "check_id"),
                condition=~models.Q(check_id=""),
                name="one_query_a_check",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    form__isnull=False, participant=None, log="", visit=""
                )
                | models.Q(form=None, participant__isnull=False),
                name="query_is_about_something",
            ),
        )
        indexes = (models.Index(fields=("state", "form"), name="query_state"),)

    @property
    def number(self) -> int:
        """The same for ever; that of a restricted query is drawn, not counted."""
        return self.pk

    @property
    def whose(self) -> Participant:
        whose = self.form.participant if self.form else self.participant
        assert whose is not None  # noqa: S101 - a constraint says so
        return whose

    @property
    def about(self) -> str:
        """The code of the form or log; empty for a visit or the participant."""
        return self.form.code if self.form else self.log

    @property
    def place(self) -> tuple[str, str]:
        if not self.sealed_place:
            return self.item, self.check_id
        assert self.form is not None  # noqa: S101 - only forms are sealed
        item, check_id = json.loads(unseal(_purpose(self.form), self.sealed_place))
        return item, check_id

    def put_place(self, item: str, check_id: str) -> None:
        """Set the item and the check, sealed where the form is."""
        purpose = _purpose_if_sealed(self.form)
        if purpose is None:
            self.item, self.check_id = item, check_id
            return
        text = json.dumps([item, check_id])
        self.sealed_place = seal(purpose, text, padded_to=SEALED_BYTES // 10)


class QueryStep(Recorded):
    """One step of a query's thread; its text is never changed.

    What an edit check says is stored as message and parameters, and read in the
    language of the reader.
    """

    class Action(models.TextChoices):
        RAISED = "raised", _("raised")
        ANSWERED = "answered", _("answered")
        RETURNED = "returned", _("sent back")
        CLOSED = "closed", _("closed")
        REOPENED = "reopened", _("reopened")
        CANCELLED = "cancelled", pgettext_lazy("a query", "cancelled")

    query = models.ForeignKey(Query, models.PROTECT, related_name="steps")
    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="+", null=True)
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="+", null=True
    )
    action = models.CharField(max_length=9, choices=Action)
    stored_text = models.TextField()
    is_coded = models.BooleanField(default=False)  # a `Wording`, as JSON
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    at = models.DateTimeField(default=clock.now)

    class Meta(Recorded.Meta):
        triggers = (*Recorded.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)

    @property
    def text(self) -> str:
        text = self.stored_text
        if purpose := _purpose_if_sealed(self.form):
            text = unseal(purpose, text)
        return written_out(json.loads(text)) if self.is_coded else text

    def put_text(self, text: str | Wording) -> None:
        self.is_coded = isinstance(text, Wording)
        if isinstance(text, Wording):
            text = json.dumps(text.stored, ensure_ascii=False)
        if purpose := _purpose_if_sealed(self.form):
            text = seal(purpose, text, padded_to=SEALED_BYTES)
        self.stored_text = text


def _purpose_if_sealed(form: FormInstance | None) -> Purpose | None:
    is_open = form is None or form.confidentiality == Confidentiality.OPEN
    return None if form is None or is_open else _purpose(form)


def _purpose(form: FormInstance) -> Purpose:
    if form.confidentiality == Confidentiality.IDENTITY:
        return Purpose.IDENTITY
    return Purpose.PRODUCT


KEEP_VERIFIED_ITEMS = pgtrigger.Trigger(
    name="keep_verified_items",
    level=pgtrigger.Row,
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
        PERFORM review_keep_verified_items(NEW.form_id);
        RETURN NULL;
    """,
)


class Verification(Recorded):
    """A monitor's comparison of items with the source.

    It holds for an item while the item's revision is the one in `items`. On a sealed
    form the items are sealed too: which of them have a value reveals what was entered.
    """

    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="verifications")
    plain_items = models.JSONField(default=dict)
    sealed_items = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Recorded.Meta):
        triggers = (
            *Recorded.Meta.triggers,
            written_once("withdrawn_at"),
            KEEP_VERIFIED_ITEMS,
        )
        ordering = ("id",)

    @property
    def items(self) -> dict[str, int]:
        if not self.sealed_items:
            plain: dict[str, int] = self.plain_items
            return plain
        unsealed: dict[str, int] = json.loads(
            unseal(_purpose(self.form), self.sealed_items)
        )
        return unsealed

    @items.setter
    def items(self, at_revisions: dict[str, int]) -> None:
        if self.form.confidentiality == Confidentiality.OPEN:
            self.plain_items = at_revisions
            return
        text = json.dumps(at_revisions)
        self.sealed_items = seal(_purpose(self.form), text, padded_to=SEALED_BYTES)


OF_ITS_FORM = pgtrigger.Trigger(
    name="of_its_form",
    level=pgtrigger.Row,
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update,
    # With a pseudonym where the form has one.
    func="""
        IF NEW.form_id IS NOT NULL THEN
            SELECT f.participant_id INTO NEW.participant_id
            FROM public.casebook_forminstance f WHERE f.id = NEW.form_id;
        ELSIF NOT EXISTS (
            SELECT FROM public.casebook_participant WHERE id = NEW.participant_id
        ) THEN
            RAISE EXCEPTION 'This signature is of nobody.' USING ERRCODE = 'AU003';
        END IF;
        RETURN NEW;
    """,
)


class Signature(Recorded):
    """A signature confirmed with the password, bound to forms at their revisions.

    `form` is null for the sign-off of a visit, or of a whole casebook, which has no
    visit. `bound` maps each form to its revision and digest, in a sign-off also to its
    status and whether it is struck out; it holds while all are as they were and none is
    added.
    """

    participant = ParticipantKey(Participant, models.PROTECT, related_name="+")
    form = models.ForeignKey(
        FormInstance, models.PROTECT, related_name="signatures", null=True
    )
    visit = models.CharField(max_length=3, blank=True)
    visit_number = models.PositiveSmallIntegerField(default=0)
    meaning = models.TextField()
    bound = models.JSONField()  # form → [revision, digest]
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    signer_name = models.CharField(max_length=200)
    signer_role = models.CharField(max_length=2)
    at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Recorded.Meta):
        triggers = (
            *Recorded.Meta.triggers,
            OF_ITS_FORM,
            written_once("withdrawn_at"),
        )
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(form=None) | models.Q(visit=""),
                name="signature_of_form_or_visit",
            ),
        )

    def get_signer_role_display(self) -> str:
        return gettext(Role(self.signer_role).label)

    def holds_for(self, form: FormInstance) -> bool:
        is_unchanged = self.bound.get(str(form.pk)) == [form.revision, form.digest]
        return is_unchanged and self.withdrawn_at is None


class SigningView(Register):
    """What a page for signing showed to a person; only what was shown is signed.

    `bound` is as in the signature that the person may give. Restricted forms have none.
    """

    reader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="+", null=True)
    visit = models.CharField(max_length=3, blank=True)
    visit_number = models.PositiveSmallIntegerField(default=0)
    bound = models.JSONField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        triggers = (
            record("register", secret=("bound",)),
            REFUSE_REMOVAL,
            REFUSE_CHANGE,
        )
        ordering = ("id",)
        indexes = (models.Index(fields=("reader", "digest"), name="signing_view"),)


class SampleSeed(Register):
    """The seed of the sample to verify, drawn once; nobody reads it on a page."""

    seed = models.CharField(max_length=64)
    drawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    drawn_at = models.DateTimeField(default=clock.now)
    is_only_one = models.BooleanField(default=True, unique=True)

    class Meta(Register.Meta):
        triggers = (
            record("register", secret=("seed",)),
            REFUSE_REMOVAL,
            REFUSE_CHANGE,
        )
        constraints = (
            models.CheckConstraint(
                condition=models.Q(is_only_one=True), name="one_seed_of_the_sample"
            ),
        )


class RaisedShare(Register):
    """A larger share of a tier than the protocol's, after findings; never lowered."""

    tier = models.CharField(max_length=9, choices=choices(VerificationTier))
    share_pct = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=200)
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    raised_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        triggers = (*Register.Meta.triggers, REFUSE_CHANGE)
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(share_pct__range=(1, 100)), name="share_in_percent"
            ),
        )
