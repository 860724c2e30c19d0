"""Whether a PDF is a copy of a casebook as this system made it."""

import hashlib
import io
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from record.audit.models import Entry
from record.casebook.models import Participant
from trial_edc.requirements import implements

ACT = "casebook_made"
CONTENT = "content.json"


UNKNOWN = "The audit trail knows no such copy."
ALTERED = "Its content was taken, but this file was altered since."


class NotThatCopy(Exception):
    """The file is none that was taken, or was altered since."""


@dataclass(frozen=True)
class TakenCopy:
    """What the audit trail says of a copy."""

    participant: str
    taken_by: str
    taken_at: str
    content_sha256: str


@implements("EXP-02")
def copy_as_taken(pdf: bytes) -> TakenCopy:
    """Raises `NotThatCopy`."""
    digest, content = hashlib.sha256(pdf).hexdigest(), _content_sha256(pdf)
    entries = Entry.objects.filter(act=ACT)
    if entry := entries.filter(new_values__sha256=digest).last():
        number = Participant.objects.get(pk=entry.participant_id or 0).number
        return TakenCopy(number, entry.actor, entry.at.isoformat(), content)
    if entries.filter(new_values__content_sha256=content).exists():
        raise NotThatCopy(ALTERED)
    raise NotThatCopy(UNKNOWN)


def _content_sha256(pdf: bytes) -> str:
    """Of the file that is attached; "" without one."""
    try:
        [content] = PdfReader(io.BytesIO(pdf)).attachments[CONTENT]
    except (PyPdfError, KeyError, ValueError):
        return ""
    return hashlib.sha256(content).hexdigest()
