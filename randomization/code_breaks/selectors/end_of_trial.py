"""Reads on the end of the trial: is the database locked, is the code opened."""

from randomization.models import CodeOpening
from record.audit.models import DatabaseLock


def code_opening() -> CodeOpening | None:
    """Also one that is only proposed."""
    signatories = ("proposed_by", "confirmed_by")
    return CodeOpening.objects.select_related(*signatories).first()


def is_locked() -> bool:
    return DatabaseLock.objects.filter(unlocked_at=None).exists()
