"""Reads of verification marks and signatures."""

from collections.abc import Iterable, Mapping

from django.db.models import QuerySet

from record.casebook.models import FormInstance
from record.review.models import Signature, Verification
from trial_edc.requirements import implements


def verified_items(
    verifications: Iterable[Verification], revisions: Mapping[str, int]
) -> dict[str, bool]:
    """Verified items: True while it holds, False when changed since."""
    state: dict[str, bool] = {}
    for verification in verifications:
        if verification.withdrawn_at is None:
            for item, revision in verification.items.items():
                state[item] = revisions.get(item, 0) == revision
    return state


@implements("SIG-04")
def signatures_of(form: FormInstance) -> QuerySet[Signature]:
    return form.signatures.select_related("signer")


def valid_signature(form: FormInstance) -> Signature | None:
    """The signature that holds for the form as it is."""
    return next((s for s in signatures_of(form) if s.holds_for(form)), None)
