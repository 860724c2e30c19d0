"""Files of File items: what is stored, and who may open it."""

import hashlib

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from record.audit.attribution import Reason
from record.audit.models import Entry
from record.audit.problems import FileDamaged
from record.capture.services.forms import save
from record.casebook.models import StoredFile
from record.casebook.services import files
from record.review import services as review
from tests.full_disk import full_disk
from tests.sample_room.people import A_SAMPLE, person, sample

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a report"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(content=PDF, name="report.pdf"):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\xef\xbb\xbf" + PDF, "application/pdf"),
        (b"\r\n\r\n" + PDF, "application/pdf"),
        (b"\xef\xbb\xbf\n \n" + PDF, "application/pdf"),
        (
            b"\x1b%-12345X@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n" + PDF,
            "application/pdf",
        ),
        (b"\x1b%-12345X" + PDF, "application/pdf"),
        (b"\n" * 2000 + PDF, ""),
        (b"MZ\x90" + PDF, ""),
        (b"name,value\n%PDF-1.7,1\n", "text/csv"),
        (b"\xff\xd8\xff\xe0 jpeg", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n png", "image/png"),
        ("\ufeffname,值\n1,2".encode(), "text/csv"),
        (b"MZ\x90\x00 program", ""),
        (b"just words", ""),
        (b"a,b\x00c", ""),
        (b"<html>,</html>\x07", ""),
        (b"", ""),
    ],
)
def test_the_content_tells_the_type(content, kind):
    assert files.media_type(content) == kind


def test_a_file_is_stored_sealed_under_a_key_that_tells_nothing(folder):
    form = sample()
    key = files.store(form, "report", upload(), by=person())
    save(form, {"report": key}, by=person())

    stored = StoredFile.objects.get()
    (on_disk,) = [path for path in folder.rglob("*") if path.is_file()]
    assert on_disk == folder / key[:2] / key
    assert b"report" not in on_disk.read_bytes()
    assert (stored.form, stored.item, stored.media_type) == (
        form,
        "report",
        "application/pdf",
    )
    assert (stored.size_bytes, stored.sha256) == (
        len(PDF),
        hashlib.sha256(PDF).hexdigest(),
    )
    content, opened = files.open_item(form, "report", by=person("MO"))
    assert (content.read(), opened) == (PDF, stored)
    entry = Entry.objects.last()
    assert (entry.act, entry.actor, entry.changes) == (
        "file_opened",
        "the-mo",
        {"item": "report"},
    )


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"MZ program", "report.pdf", "The content of this file is none of: PDF, JPG."),
        (
            b"\x89PNG\r\n\x1a\n",
            "a.png",
            "The content of this file is none of: PDF, JPG.",
        ),
        (
            PDF + bytes(10_000_001),
            "report.pdf",
            "The file is larger than 10 MB. Make it smaller.",
        ),
    ],
)
def test_an_unfit_file_is_refused_and_not_stored(folder, content, name, message):
    with pytest.raises(files.FileRefused, match=message) as refused:
        files.store(sample(), "report", upload(content, name), by=person())

    assert refused.value.item == "report"
    assert list(folder.iterdir()) == []
    assert not StoredFile.objects.exists()


def test_a_full_disk_is_told_and_leaves_nothing(folder):
    with full_disk(), pytest.raises(files.FileRefused, match=r"disk .* is full"):
        files.store(sample(), "report", upload(), by=person())

    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("role", ["MO", "DM", "BR", "UP", "AD"])
def test_who_may_not_enter_the_form_stores_no_file(role):
    with pytest.raises(PermissionDenied):
        files.store(sample(), "report", upload(), by=person(role))
    with pytest.raises(PermissionDenied):
        files.store(sample(), "weight_kg", upload(), by=person())


@pytest.mark.parametrize("role", ["UP", "PN", "AD", "LC", "US"])
def test_who_may_not_see_the_form_opens_no_file_of_it(role):
    key = files.store(sample(), "report", upload(), by=person())

    with pytest.raises(StoredFile.DoesNotExist):
        files.open_file(key, by=person(role))


def test_a_file_that_names_a_person_takes_the_right_to_see_who_it_is(monkeypatch):
    from dataclasses import replace

    from record.casebook import catalogue

    item = catalogue.design("ZZA").items["report"]
    monkeypatch.setattr(item, "facts", replace(item.facts, identity=True))
    key = files.store(sample(), "report", upload(), by=person())

    assert files.open_file(key, by=person("IN"))
    with pytest.raises(PermissionDenied):
        files.open_file(key, by=person("MO"))


def test_a_file_changed_in_its_folder_is_not_served(folder):
    key = files.store(sample(), "report", upload(), by=person())
    other = files.store(sample(), "report", upload(PDF + b"!"), by=person())
    path = folder / key[:2] / key
    path.write_bytes((folder / other[:2] / other).read_bytes())

    with pytest.raises(FileDamaged):
        files.open_file(key, by=person())


def test_a_closed_form_takes_no_file():
    form = save(sample(), A_SAMPLE, by=person()).form
    review.lock_form(form, by=person("DM"), reason=Reason("other", "done"))
    form.refresh_from_db()

    with pytest.raises(files.FileRefused):
        files.store(form, "report", upload(), by=person())


@pytest.mark.parametrize("damage", [None, b"", b"x", b"x" * 40])
def test_a_file_missing_or_cut_short_is_told_to_be_damaged(folder, damage):
    key = files.store(sample(), "report", upload(), by=person())
    path = folder / key[:2] / key
    path.unlink() if damage is None else path.write_bytes(damage)

    with pytest.raises(FileDamaged):
        files.open_file(key, by=person())
