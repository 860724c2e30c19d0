"""The register of import sources, their files, and what became of each row."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.models import Recorded
from record.audit.triggers import REFUSE_REMOVAL, Disposable, record
from record.capture.planning import RowState
from record.casebook.models import FormInstance, Participant
from trial_edc import clock
from trial_edc.choices import choices
from visits.models import Laboratory


class ImportSource(TwoPersonEntry):
    """A laboratory's way of sending files; it counts once a second person approved it.

    The credential is shown once; only its hash is stored, and not in the audit trail.
    """

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=200)
    laboratory = models.ForeignKey(Laboratory, models.PROTECT, related_name="sources")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True)
    mapping = models.JSONField(default=dict)
    credential_hash = models.CharField(max_length=64, null=True, unique=True)
    credential_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "entry_importsource"  # older than this face
        ordering = ("code",)
        triggers = (record(secret=("credential_hash",)), REFUSE_REMOVAL)
        constraints = (
            *two_persons(whole="source_approval_whole", by_two="source_by_two_persons"),
            models.CheckConstraint(
                condition=Q(credential_hash=None, credential_at=None)
                | Q(credential_hash__isnull=False, credential_at__isnull=False),
                name="source_credential_whole",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        today = clock.today()
        has_ended = self.valid_to is not None and self.valid_to < today
        is_approved = self.approved_at is not None and self.credential_at is not None
        return is_approved and self.valid_from <= today and not has_ended


class ImportState(models.TextChoices):
    """The stage that a file has reached."""

    RECEIVED = "received", _("awaits its mapping")
    PLANNING = "planning", _("being read")
    READY = "ready", _("awaits a decision")
    STORING = "storing", _("being stored")
    DONE = "done", _("stored")
    DISCARDED = "discarded", _("discarded")
    FAILED = "failed", _("failed")


TONES = {
    ImportState.READY.value: "attention",
    ImportState.RECEIVED.value: "attention",
    ImportState.DONE.value: "good",
    ImportState.FAILED.value: "danger",
    ImportState.DISCARDED.value: "muted",
}


class ImportedFile(Recorded):
    """One file of a source: from its arrival to the report of what was stored.

    The file lies sealed among the other files, under `key`. The counts are those of
    the preview until it is stored, then those of the report.
    """

    key = models.CharField(max_length=32, unique=True)
    source = models.ForeignKey(ImportSource, models.PROTECT, related_name="files")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    via = models.CharField(max_length=8)
    received_at = models.DateTimeField(default=clock.now)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    mapping = models.JSONField(default=dict)
    encoding = models.CharField(max_length=10, blank=True)
    state = models.CharField(
        max_length=9, choices=ImportState, default=ImportState.RECEIVED
    )
    rows = models.PositiveIntegerField(default=0)
    new = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True
    )
    confirmed_at = models.DateTimeField(null=True)
    reason_code = models.CharField(max_length=20, blank=True)
    reason_text = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)
    report_sha256 = models.CharField(max_length=64, blank=True)
    problem = models.TextField(blank=True)

    class Meta(Recorded.Meta):
        db_table = "entry_importedfile"
        ordering = ("-id",)
        indexes = (models.Index(fields=("source", "sha256"), name="file_of_source"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(rows=F("new") + F("changed") + F("unchanged") + F("refused")),
                name="import_rows_reconciled",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_working(self) -> bool:
        return self.state in (ImportState.PLANNING, ImportState.STORING)

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "accent")

    @property
    def counts(self) -> dict[str, int]:
        return {state.value: getattr(self, state.value) for state in RowState}


class ImportedRow(Disposable):
    """What is to become of a row of a file, then what became of it.

    No record: the values are recorded where they are stored, and the checksum of the
    report in the file's own row. Cells that may name a person are not stored here.
    """

    file = models.ForeignKey(ImportedFile, models.PROTECT, related_name="lines")
    line = models.PositiveIntegerField()
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="+", null=True
    )
    form = models.ForeignKey(FormInstance, models.PROTECT, related_name="+", null=True)
    code = models.CharField(max_length=3, blank=True)
    item = models.CharField(max_length=60, blank=True)
    sampled_at = models.CharField(max_length=16, blank=True)
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=9, choices=choices(RowState))
    holds = models.BooleanField(default=False)
    is_left_out = models.BooleanField(default=False)
    findings = models.JSONField(default=list)
    outcome = models.CharField(max_length=9, choices=choices(RowState), blank=True)

    class Meta:
        db_table = "entry_importedrow"
        ordering = ("line",)
        constraints = (
            models.UniqueConstraint(fields=("file", "line"), name="one_row_a_line"),
        )
        indexes = (
            models.Index(fields=("file", "state", "line"), name="rows_by_state"),
            models.Index(fields=("file", "participant"), name="rows_by_participant"),
        )
