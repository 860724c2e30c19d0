"""A visit or a casebook is signed off, as its page showed it."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.services.signing import obstacle_to_signing
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality
from record.casebook import catalogue
from record.casebook.models import FormInstance
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import Signature, SigningView
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.selectors.sign_offs import (
    Bound,
    CasebookPart,
    bound_to,
    bound_to_form,
    changed_forms,
    covered_forms,
    digest_of,
    sign_offs_of,
    view_of,
)
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

MEANING_OF_CASEBOOK = N_(
    "I have reviewed the whole casebook of this participant; it is complete and true."
)
MEANING_OF_VISIT = N_("I have reviewed the record of this visit; it is true.")


def meaning_of(part: CasebookPart) -> str:
    return _(MEANING_OF_CASEBOOK if part.is_casebook else MEANING_OF_VISIT)


def note_part_shown(part: CasebookPart, bound: Bound, *, by: User) -> None:
    """Record that a page for signing showed this; once as long as nothing changes."""
    _note_shown(part.place, bound, by)


def note_form_shown(form: FormInstance, *, by: User) -> None:
    """As `note_part_shown`; of a form that is not open nothing is noted."""
    if form.confidentiality == Confidentiality.OPEN:
        place = {"participant": form.participant, "form": form}
        _note_shown(place, bound_to_form(form), by)


def _note_shown(place: Mapping[str, object], bound: Bound, by: User) -> None:
    digest = digest_of(bound)
    views = SigningView.objects.filter(reader=by, digest=digest, **place)
    if not views.exists():
        with attributed(by=by, via=Source.PAGE):
            SigningView.objects.create(reader=by, digest=digest, bound=bound, **place)


@implements("SIG-10")
def sign_off(
    part: CasebookPart, *, shown: str, proof: ReAuthenticated, by: User
) -> Signature:
    """Sign a visit or a casebook as it was shown, under the digest `shown`.

    A second time returns the sign-off of the same person that still holds. Whether all
    is there that a sign-off needs, the caller asks in the same transaction. Raises
    `ChangedSinceShown` where a form changed, was added or struck out meanwhile.
    """
    if not by.may(part.permission):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        lock_participant(part.participant)
        if obstacle := obstacle_to_signing(by):
            raise ReviewRefused(obstacle)
        forms = list(covered_forms(part))
        bound = bound_to(forms)
        for signature, holds in sign_offs_of(part, bound):
            if holds and signature.signer_id == by.pk:
                return signature
        _require_shown(part, forms, shown, by)
        signature = Signature.objects.create(
            **part.place,
            meaning=meaning_of(part),
            bound=bound,
            signer=by,
            signer_name=by.full_name,
            signer_role=by.role,
            at=clock.after(*(form.saved_at for form in forms)),
        )
        details = {"visit": part.visit, "visit_number": part.visit_number}
        act("signed_off", participant_id=part.participant.pk, details=details)
    return signature


def _require_shown(
    part: CasebookPart, forms: Iterable[FormInstance], shown: str, by: User
) -> None:
    bound = bound_to(forms)
    view = view_of(part, by.pk, shown)
    if view is not None and shown == digest_of(bound):
        return
    changed = changed_forms(view.bound if view else {}, bound, forms)
    message = _("This changed since it was shown to you: %(items)s. Read it again.")
    raise ChangedSinceShown(message % {"items": ", ".join(map(_form_name, changed))})


def _form_name(form: FormInstance) -> str:
    title = str(catalogue.design(form.code).title)
    return " · ".join(filter(None, (title, form.visit)))


def void_sign_offs(form: FormInstance) -> None:
    """Void the sign-offs of a form that is struck out, restored or marked.

    Else they would hold again once that is undone. Call it inside an attributed
    transaction, under the lock of the participant.
    """
    sign_offs = Signature.objects.filter(
        participant=form.participant,
        form=None,
        withdrawn_at=None,
        bound__has_key=str(form.pk),
    )
    for signature in sign_offs:
        signature.withdrawn_at = clock.after(signature.at)
        signature.save(update_fields=("withdrawn_at",))
