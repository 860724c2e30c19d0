"""A small record with files, keys to back it up to, and an empty machine beside it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from pyrage import x25519

from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source
from record.audit.vault import forget_keys
from record.backup.services.making import make_backup
from record.casebook.services import files
from record.review import services as review
from tests.record.capture.saving import complete
from tests.sample_room.people import person, sample
from tests.servers import NAME, drop_database, empty_database
from tests.shown import revision
from tools.launch import postgres
from trial_edc import clock

PDF = b"%PDF-1.7 a report"
ELSEWHERE = f"{NAME}_elsewhere"


@dataclass(frozen=True)
class Keys:
    """Who may open the backups; `file` is as age-keygen writes it."""

    public: str
    file: Path


@pytest.fixture
def keys(settings, tmp_path) -> Keys:
    """Point everything at folders of the test."""
    identity = x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# public key: {identity.to_public()}\n{identity}\n")
    settings.BACKUP_RECIPIENTS = [str(identity.to_public())]
    settings.BACKUP_FOLDERS = [str(tmp_path / "backups")]
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.PG_BIN = str(postgres.programs().folder)
    return Keys(settings.BACKUP_RECIPIENTS[0], file)


@pytest.fixture
def record(keys) -> None:
    """Store a form with a file, signed, and accounts to notify."""
    by = person("IN")
    for role in ("AD", "CO", "DM"):
        person(role)
    upload = SimpleUploadedFile("report.pdf", PDF, content_type="application/pdf")
    key = files.store(sample(), "report", upload, by=by)
    form = complete(report=key)
    proof = ReAuthenticated(by.pk, clock.now())
    review.sign(form, shown_revision=revision(form), proof=proof, by=by)


@pytest.fixture
def backup(record) -> Path:
    return make_backup(via=Source.COMMAND).path


Machine = Callable[[], AbstractContextManager[Path]]


@pytest.fixture
def elsewhere(settings, tmp_path) -> Machine:
    """Another machine: an empty database and no files, until its block ends."""

    @contextmanager
    def machine() -> Iterator[Path]:
        folder, former = tmp_path / "elsewhere", settings.MEDIA_ROOT
        empty_database(ELSEWHERE)
        _point_at(ELSEWHERE)
        settings.MEDIA_ROOT = folder
        try:
            yield folder
        finally:
            settings.MEDIA_ROOT = former
            _point_at(NAME)
            drop_database(ELSEWHERE)

    return machine


def _point_at(name: str) -> None:
    for connection in connections.all():
        connection.close()
        connection.settings_dict["NAME"] = name
    forget_keys()
