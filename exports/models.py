"""The register of exports: who took which data out, when, and their checksum."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.audit.models import Confidentiality, Register
from trial_edc import chance, clock, dates
from trial_edc.protocol import PROTOCOL


class ExportState(models.TextChoices):
    """Progress of an export."""

    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class ExportKind(models.TextChoices):
    """Content of an export."""

    DATASETS = "datasets", _("CSV of the forms, with data dictionary")
    CASEBOOKS = "casebooks", _("Casebooks as PDF")


class Export(Register):
    """One export; also possible while the database is locked, so a register.

    `confidentiality` is its content class: open is blinded, restricted unblinded.
    `filters` names the tables, or the participants of casebooks. `files` tells the rows
    of each file, of a blinded export also its checksum: that of few arms could be
    guessed.
    """

    key = models.CharField(max_length=32, unique=True, default=chance.token)
    kind = models.CharField(max_length=10, choices=ExportKind)
    confidentiality = models.CharField(max_length=10, choices=Confidentiality)
    filters = models.JSONField()
    language = models.CharField(max_length=10)
    state = models.CharField(
        max_length=7, choices=ExportState, default=ExportState.QUEUED
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    files = models.JSONField(default=list)
    lock_version = models.PositiveIntegerField(null=True)  # of the data; null is open
    problem = models.TextField(blank=True)

    class Meta(Register.Meta):
        ordering = ("-id",)

    @property
    def is_blinded(self) -> bool:
        return self.confidentiality == Confidentiality.OPEN

    @property
    def content(self) -> str:
        return "blinded" if self.is_blinded else "unblinded"

    @property
    def is_over(self) -> bool:
        return self.state in (ExportState.DONE, ExportState.FAILED)

    @property
    def row_count(self) -> int:
        return sum(file["rows"] for file in self.files)

    @property
    def counted(self) -> str:
        """What its progress is counted in."""
        of_casebooks = self.kind == ExportKind.CASEBOOKS
        return gettext("Casebooks") if of_casebooks else gettext("Rows")

    @property
    def filename(self) -> str:
        day = dates.site_date(self.asked_at)
        kind = "casebooks" if self.kind == ExportKind.CASEBOOKS else self.content
        name = f"{PROTOCOL.registry.other_id}-{kind}"
        return f"{name}-{day:%Y%m%d}-{self.key[:8]}.zip"
