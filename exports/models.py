"""The register of exports: who took which data out, when, and their checksum."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.accounts.two_persons import TwoPersonEntry, two_persons
from record.audit.models import Confidentiality, Register
from record.audit.triggers import written_once
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


class CopyHandover(TwoPersonEntry, Register):
    """A certified copy of the locked data, handed over by one to the site.

    It counts once the principal investigator has acknowledged it. `sha256` is that of
    the archive.
    """

    export = models.OneToOneField(Export, models.PROTECT, related_name="handover")
    sha256 = models.CharField(max_length=64)
    entered_at = models.DateTimeField(default=clock.now)

    class Meta(Register.Meta):
        ordering = ("id",)
        triggers = (
            *Register.Meta.triggers,
            written_once("approved_by_id", "approved_at"),
        )
        constraints = two_persons(
            whole="handover_is_whole", by_two="handover_is_by_two"
        )
