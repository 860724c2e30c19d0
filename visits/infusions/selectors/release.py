"""The state of an infusion request, and its signature."""

from record.casebook.form_data import Casebook
from record.casebook.models import FormInstance
from record.review.models import Signature
from visits.infusions.vocabulary import InfusionDecision, Release

RELEASE_STATUSES = {
    Release.NONE: "not_started",
    Release.UNSIGNED: "draft",
    Release.BROKEN: "signature_broken",
    Release.GO: "signed",
    Release.DELAY: "due",
    Release.REFUSED: "not_done",
}


def release_of(
    casebook: Casebook, visit: str, form: FormInstance | None
) -> tuple[Release, Signature | None]:
    decision = casebook.value("IRQ", "decision", visit)
    if form is None or decision is None:
        return Release.NONE, None
    if decision != InfusionDecision.GO:
        is_delayed = decision == InfusionDecision.DELAY
        return (Release.DELAY if is_delayed else Release.REFUSED), None
    signatures = list(Signature.objects.filter(form=form, withdrawn_at=None))
    if not signatures:
        return Release.UNSIGNED, None
    for signature in signatures:
        if signature.holds_for(form):  # one more below it asks for no other bag
            return Release.GO, signature
    return Release.BROKEN, signatures[-1]
