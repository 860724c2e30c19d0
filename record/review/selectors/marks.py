"""Reads of verification marks and signatures."""

from collections.abc import Iterable, Iterator, Mapping

from django.db.models import Exists, Func, JSONField, OuterRef, QuerySet, TextField
from django.db.models.functions import Cast

from record.casebook.models import FormInstance
from record.review.models import Signature, Verification
from trial_edc.requirements import implements


def revisions_verified(verifications: Iterable[Verification]) -> dict[str, int]:
    """The revision at which each item was last verified."""
    latest: dict[str, int] = {}
    for verification in verifications:
        if verification.withdrawn_at is None:
            latest |= verification.items
    return latest


def verified_items(
    verifications: Iterable[Verification], revisions: Mapping[str, int]
) -> dict[str, bool]:
    """Verified items: True while it holds, False when changed since."""
    latest = revisions_verified(verifications)
    return {item: revisions.get(item, 0) == at for item, at in latest.items()}


@implements("SIG-04")
def signatures_of(form: FormInstance) -> QuerySet[Signature]:
    return form.signatures.select_related("signer")


def valid_signature(form: FormInstance) -> Signature | None:
    """The signature that holds for the form as it is."""
    return next((s for s in signatures_of(form) if s.holds_for(form)), None)


def unsigned(forms: QuerySet[FormInstance]) -> QuerySet[FormInstance]:
    """Those for which no signature holds: `Signature.holds_for` in the words of SQL."""
    as_signed = Func(
        Cast(OuterRef("pk"), TextField()),
        Func(OuterRef("revision"), OuterRef("digest"), function="jsonb_build_array"),
        function="jsonb_build_object",
        output_field=JSONField(),
    )
    holding = Signature.objects.filter(
        form=OuterRef("pk"), withdrawn_at=None, bound__contains=as_signed
    )
    return forms.filter(~Exists(holding))


@implements("BAK-02")
def count_of_valid_signatures() -> int:
    """Signatures that are in force and hold for every form they are bound to."""
    stored = _stored_forms()
    in_force = Signature.objects.filter(withdrawn_at=None)
    return sum(
        all(
            stored.get(form_id) == signed[:2]
            for form_id, signed in signature.bound.items()
        )
        for signature in in_force
    )


@implements("BAK-02")
def signature_problems() -> Iterator[str]:
    """Name signatures of which a form has another digest at the signed revision."""
    stored = _stored_forms()
    for signature in Signature.objects.order_by("pk"):
        for form_id, (revision, digest, *_state) in signature.bound.items():
            now_revision, now_digest = stored.get(form_id, (revision, ""))
            if now_revision == revision and now_digest != digest:
                yield f"Signature {signature.pk}: form {form_id} was altered since."


def _stored_forms() -> dict[str, list[int | str]]:
    """Revision and digest of each form, as a signature binds them."""
    rows = FormInstance.objects.values_list("pk", "revision", "digest")
    return {str(pk): [revision, digest] for pk, revision, digest in rows}
