"""Digests of seals, kept outside the database: proof against whoever rules it.

A line of the file is the instant at which the trail fitted and the digest of its last
seal then. The chain of seals must hold each of them for ever, so that neither a cut end
nor a chain made anew passes. The same digest goes out by mail.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from record.audit.models import Seal
from record.audit.seals import digest_of
from trial_edc import clock


@dataclass(frozen=True)
class KeptDigest:
    """The digest of the last seal at an instant."""

    at: datetime
    digest: str


def path() -> Path:
    return Path(settings.MEDIA_ROOT) / "anchors" / "seals.txt"


def keep(digest: str) -> bool:
    """False when this digest is the last that was written down."""
    kept = anchors()
    if kept and kept[-1].digest == digest:
        return False
    path().parent.mkdir(parents=True, exist_ok=True)
    with path().open("a", encoding="ascii") as lines:
        lines.write(f"{clock.now().isoformat()} {digest}\n")
    return True


def content() -> bytes:
    """The file as it is; empty where none was written yet."""
    return path().read_bytes() if path().exists() else b""


def anchors() -> list[KeptDigest]:
    lines = content().decode("ascii").splitlines()
    pairs = (line.split() for line in lines if line.strip())
    return [KeptDigest(datetime.fromisoformat(at), digest) for at, digest in pairs]


def first_problem(known: str = "") -> str:
    """Name the first digest written down outside that no seal has; empty for none.

    `known` is one more of them, as somebody has it on paper.
    """
    chain = {digest_of(seal) for seal in Seal.objects.all()}
    for anchor in anchors():
        if anchor.digest not in chain:
            return (
                f"No seal has the digest of {anchor.at.isoformat()}: {anchor.digest}."
            )
    if known and known not in chain:
        return "No seal has the digest that was written down."
    return ""
