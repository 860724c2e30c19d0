"""A casebook as PDF, and the record of who took it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from exports.selectors.casebook_copy import casebook_content
from exports.selectors.copy_words import site_time
from exports.selectors.taken_copies import ACT
from exports.services.snapshots import snapshot
from exports.services.typesetting import pdf_of
from exports.texts import CASEBOOK
from record.accounts.models import User
from record.audit.attribution import Source, act, attributed
from record.casebook.models import Participant
from record.lock.selectors import present_lock
from trial_edc import __version__, clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


@dataclass(frozen=True)
class RecordedCopy:
    """What the trail says of a copy."""

    participant_id: int
    language: str
    content_sha256: str
    sha256: str


@dataclass(frozen=True)
class CasebookPdf:
    """A copy of one casebook; `content_sha256` stands on each of its pages."""

    participant: Participant
    language: str
    content_sha256: str
    pdf: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.pdf).hexdigest()

    @property
    def as_recorded(self) -> RecordedCopy:
        whose = self.participant.pk
        return RecordedCopy(whose, self.language, self.content_sha256, self.sha256)

    @property
    def filename(self) -> str:
        trial = PROTOCOL.registry.other_id
        return f"{trial}-casebook-{self.participant.number}-{self.language}.pdf"


@implements("EXP-02", "VAL-02")
def casebook_pdf(participant: Participant, language: str, *, by: User) -> CasebookPdf:
    """Raises `PdfUnavailable`."""
    with snapshot(), override(language):
        about = _about(language, by)
        content = {"about": about, **casebook_content(participant, by)}
        text = json.dumps(content, ensure_ascii=False, indent=1)
        digest = hashlib.sha256(text.encode()).hexdigest()
        inputs = {"content": text, "digest": digest}
        pdf = pdf_of("casebook.typ", inputs, CASEBOOK, at=clock.now())
    return CasebookPdf(participant, language, digest, pdf)


def _about(language: str, by: User) -> dict[str, Any]:
    now = clock.now()
    day, lock = dates.site_date(now), present_lock()
    return {
        "trial": PROTOCOL.registry.id,
        "title": PROTOCOL.registry.official_title,
        "language": language,
        "software": __version__,
        "protocol": PROTOCOL.version,
        "made_by": str(by),
        "made_at": site_time(now),
        "made_on": {"year": day.year, "month": day.month, "day": day.day},
        "lock": lock and lock.stated,
    }


@implements("EXP-07")
def take_casebook(participant: Participant, language: str, *, by: User) -> CasebookPdf:
    """Make a copy for a reader; that it was taken stands in the trail."""
    copy = casebook_pdf(participant, language, by=by)
    with attributed(by=by, via=Source.PAGE):
        record_copy(copy.as_recorded)
    return copy


def record_copy(copy: RecordedCopy) -> None:
    """In the attribution of who made it."""
    details = {
        "content": "blinded",
        "language": copy.language,
        "content_sha256": copy.content_sha256,
        "sha256": copy.sha256,
    }
    act(ACT, participant_id=copy.participant_id, details=details)
