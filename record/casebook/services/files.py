"""Files of File items: checked by content, sealed, kept outside the web root.

A stored file is found by its key alone, which is random; the folder holds nothing
that names a participant, and a copy of it opens nothing.
"""

import hashlib
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Protocol

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed
from record.audit.problems import FileDamaged
from record.audit.vault import Purpose, seal_bytes, unseal_bytes
from record.casebook import access, catalogue
from record.casebook.items import File
from record.casebook.models import FormInstance, StoredFile
from record.casebook.selectors import row_of
from trial_edc import chance
from trial_edc.requirements import implements
from trial_edc.whole_files import NO_ROOM, NoRoom, write_whole

PDF, JPEG, PNG, CSV = "application/pdf", "image/jpeg", "image/png", "text/csv"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", CSV: ".csv"}
MAGIC = {b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
# Readers of PDF look for its mark in the first 1024 bytes: printers and mail programs
# put a byte-order mark, line breaks or a job of the printer language PJL before it.
PDF_HEAD_BYTES = 1024
PDF_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?[\0\s]*(?:\x1b%-12345X(?:@PJL[^\r\n]*[\r\n]+)*[\0\s]*)*%PDF-"
)
MEGABYTE = 1_000_000
TOO_LARGE = gettext_lazy("The file is larger than %(most)s MB. Make it smaller.")
TEXT_CONTROLS = frozenset("\t\r\n")


class FileRefused(Exception):
    """A file cannot be stored; the message says why and what to do."""

    def __init__(self, item: str, message: str) -> None:
        super().__init__(message)
        self.item = item


def store(
    form: FormInstance, item: str, upload: "UploadedFile[Any]", *, by: User
) -> str:
    design = catalogue.design(form.code)
    declared = design.items.get(item)
    is_allowed = access.may_enter(by, design) and access.may_see(by, design)
    if not isinstance(declared, File) or not is_allowed:
        raise PermissionDenied
    if form.struck_at or form.is_closed:
        raise FileRefused(item, _("This form is closed; no file was stored."))
    content = _checked(declared, item, upload)
    try:
        key = write_sealed(content)
    except NoRoom as problem:
        raise FileRefused(item, _(NO_ROOM)) from problem
    with attributed(by=by, via=Source.PAGE):
        StoredFile.objects.create(
            key=key,
            form=form,
            item=item,
            media_type=media_type(content),
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )
    return key


def store_all(
    form: FormInstance, uploads: Mapping[str, Any], *, by: User
) -> dict[str, str]:
    """Store the files of a form's items; the key of each by its item."""
    items = catalogue.design(form.code).items
    return {
        name: store(form, name, upload, by=by)
        for name, upload in uploads.items()
        if isinstance(items.get(name), File)
    }


def _checked(declared: File, item: str, upload: "UploadedFile[Any]") -> bytes:
    most = declared.most_megabytes
    if (upload.size or 0) > most * MEGABYTE:
        raise FileRefused(item, TOO_LARGE % {"most": most})
    content: bytes = upload.read()
    if media_type(content) not in declared.types:
        kinds = ", ".join(ENDINGS[kind][1:].upper() for kind in declared.types)
        message = _("The content of this file is none of: %(kinds)s.")
        raise FileRefused(item, message % {"kinds": kinds})
    return content


def media_type(content: bytes) -> str:
    """By the content alone; empty when it is unknown."""
    if PDF_HEAD.match(content, 0, PDF_HEAD_BYTES):
        return PDF
    for magic, kind in MAGIC.items():
        if content.startswith(magic):
            return kind
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    is_plain = all(char.isprintable() or char in TEXT_CONTROLS for char in text)
    has_columns = any(mark in text.partition("\n")[0] for mark in ",;\t")
    return CSV if is_plain and has_columns else ""


def ending(kind: str) -> str:
    return ENDINGS.get(kind, ".bin")


def stored_keys(
    forms: Iterable[int | None], item: str, keys: Iterable[str]
) -> Iterable[tuple[int, str]]:
    """Pairs of a form and the key of a file that is stored for its item."""
    stored = StoredFile.objects.filter(form__in=forms, item=item, key__in=keys)
    return stored.values_list("form_id", "key")


def open_item(
    form: FormInstance, item: str, *, by: User
) -> tuple[IO[bytes], StoredFile]:
    declared = catalogue.design(form.code).items.get(item)
    key = row_of(form).value_of(item) if isinstance(declared, File) else None
    return open_file(str(key or ""), by=by)


@implements("AUD-07")
def open_file(key: str, *, by: User) -> tuple[IO[bytes], StoredFile]:
    """Open a stored file for a user who may see its form; the view is recorded.

    Raises `StoredFile.DoesNotExist` for whoever may not see the form, as if there
    were none, and `PermissionDenied` where the file names a person.
    """
    stored = StoredFile.objects.select_related("form__participant").get(
        key=key, form__code__in=access.visible_codes(by)
    )
    if not access.may_see_item(by, catalogue.design(stored.form.code), stored.item):
        raise PermissionDenied
    content = read_sealed(key, stored.sha256)
    with attributed(by=by, via=Source.PAGE):
        act(
            "file_opened",
            participant_id=stored.form.participant_id,
            form_id=stored.form_id,
            details={"item": stored.item},
        )
    return io.BytesIO(content), stored


def write_sealed(content: bytes) -> str:
    """Raises `NoRoom`."""
    key = chance.token()
    path = _path(key)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_whole(path, seal_bytes(Purpose.FILE, content))
    return key


def read_sealed(key: str, sha256: str) -> bytes:
    """Read a stored content; `FileDamaged` when it is not what was stored."""
    try:
        content = unseal_bytes(Purpose.FILE, _path(key).read_bytes())
    except (OSError, InvalidTag, ValueError) as problem:
        raise FileDamaged(key) from problem
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FileDamaged(key)
    return content


class KeptFile(Protocol):
    """A row that names a stored content."""

    key: str
    sha256: str


def damaged(rows: Iterable[KeptFile]) -> Iterator[str]:
    """Name the stored contents that are lost or not what was stored."""
    for row in rows:
        try:
            read_sealed(row.key, row.sha256)
        except FileDamaged:
            yield f"The stored file {row.key} is lost or damaged."


@implements("BAK-02")
def problems() -> Iterator[str]:
    return damaged(StoredFile.objects.order_by("pk").iterator())


def _path(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key[:2] / key
