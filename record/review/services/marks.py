"""Verification and signatures, for the present values."""

from collections.abc import Iterable, Mapping

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.accounts.services.signing import obstacle_to_signing
from record.audit.attribution import Actor, Reason, Source, act, attributed
from record.casebook import access, catalogue
from record.casebook.engine import pending_items
from record.casebook.models import FormInstance, FormStatus
from record.casebook.selectors import casebook_of, data_of, revisions_of, row_of
from record.casebook.services.form_instances import hidden_key_behind
from record.casebook.services.form_instances import lock as lock_participant
from record.review.models import QueryState, Signature, Verification
from record.review.problems import ChangedSinceShown, ReviewRefused
from record.review.selectors.sign_offs import bound_to_form
from record.review.services.rights import require, require_reason
from trial_edc import clock
from trial_edc.requirements import implements


@implements("QRY-06")
def verify(
    form: FormInstance, items: Iterable[str], *, shown_revision: int, by: Actor
) -> Verification:
    """Record that items agree with the source, as they were shown; twice is once.

    `shown_revision` is that of the form when its values were read. Raises
    `ChangedSinceShown` when one of the items changed after it.
    """
    require(by, Permission.VERIFY, form)
    declared = catalogue.design(form.code).items
    with attributed(by=by, via=Source.PAGE):
        lock_participant(form.participant)
        form = FormInstance.objects.get(pk=form.pk)
        revisions = revisions_of(form, row_of(form))
        at_revisions = {n: revisions.get(n, 0) for n in items if n in declared}
        if not at_revisions:
            raise ReviewRefused(_("Choose at least one item."))
        _require_shown(form, at_revisions, shown_revision, by=by)
        for earlier in form.verifications.filter(by_id=by.pk, withdrawn_at=None):
            if at_revisions.items() <= earlier.items.items():
                return earlier
        key = hidden_key_behind(form, form.verifications.all(), first=form.pk)
        at = clock.after(form.saved_at)
        verification = Verification(form=form, by_id=by.pk, at=at, **key)
        verification.items = at_revisions
        verification.save(force_insert=True)
    return verification


def verify_rows(
    shown_revisions: Mapping[FormInstance, int], *, by: Actor
) -> list[Verification]:
    """Record of many rows that all their items agree with the source; all or none."""
    with attributed(by=by, via=Source.PAGE):
        return [
            verify(form, revisions_of(form, row_of(form)), shown_revision=shown, by=by)
            for form, shown in shown_revisions.items()
        ]


def withdraw_verifications(form: FormInstance, *, by: Actor, reason: Reason) -> int:
    """Withdraw what was verified of a form; return how many verifications it was."""
    require(by, Permission.VERIFY, form)
    require_reason(reason, form, by=by)
    with attributed(by=by, via=Source.PAGE, reason=reason):
        lock_participant(form.participant)
        in_force = list(form.verifications.filter(withdrawn_at=None))
        for verification in in_force:
            verification.withdrawn_at = clock.after(verification.at)
            verification.save(update_fields=("withdrawn_at",))
    return len(in_force)


@implements("SIG-04")
def void_marks(form: FormInstance) -> None:
    """Void the verifications and signatures of a form that is a draft again.

    Call it inside an attributed transaction, under the lock of the participant.
    """
    verifications = form.verifications.all()
    signatures = Signature.objects.filter(
        participant=form.participant, bound__has_key=str(form.pk)
    )
    marks: list[Verification | Signature] = [*verifications, *signatures]
    for mark in marks:
        if mark.withdrawn_at is None:
            mark.withdrawn_at = clock.after(mark.at)
            mark.save(update_fields=("withdrawn_at",))


@implements("SIG-03", "SIG-05", "SIG-07")
def sign(
    form: FormInstance, *, shown_revision: int, proof: ReAuthenticated, by: User
) -> Signature:
    """Sign a form as it was shown, at `shown_revision`.

    Signing again returns the signature of the same person while it still holds.
    Raises `ChangedSinceShown` when the form changed after it was shown.
    """
    design = catalogue.design(form.code)
    if design.signature is None or not access.may_on(by, design.signed_by, design):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        lock_participant(form.participant)
        if obstacle := obstacle_to_signing(by):
            raise ReviewRefused(obstacle)
        form = FormInstance.objects.get(pk=form.pk)
        for signature in form.signatures.filter(signer=by):
            if signature.holds_for(form):
                return signature
        _require_shown(form, revisions_of(form, row_of(form)), shown_revision, by=by)
        _require_signable(form)
        signature = Signature.objects.create(
            participant=form.participant,
            form=form,
            meaning=str(design.signature),
            bound=bound_to_form(form),
            signer=by,
            signer_name=by.full_name,
            signer_role=by.role,
            at=clock.after(form.saved_at),
            **hidden_key_behind(form, form.signatures.all(), first=form.pk),
        )
        act("signed", participant_id=form.participant_id, form_id=form.pk)
    return signature


def _require_shown(
    form: FormInstance, revisions: Mapping[str, int], shown_revision: int, *, by: Actor
) -> None:
    changed = [name for name, at in revisions.items() if at > shown_revision]
    if not changed and shown_revision <= form.revision:
        return
    design = catalogue.design(form.code)
    visible = access.visible_items(by, design) if isinstance(by, User) else ()
    labels = [
        str(design.items[name].verbose_name) for name in changed if name in visible
    ]
    message = _("This changed since it was shown to you: %(items)s. Read it again.")
    raise ChangedSinceShown(message % {"items": ", ".join(labels) or design.title})


def _require_signable(form: FormInstance) -> None:
    design = catalogue.design(form.code)
    if form.status != FormStatus.COMPLETE or form.struck_at:
        raise ReviewRefused(_("The form must be complete before it is signed."))
    data = data_of(form, row_of(form))
    if pending := pending_items(design, data, casebook_of(form.participant)):
        labels = ", ".join(str(design.items[name].verbose_name) for name in pending)
        message = _("Needed before signing: %(items)s.")
        raise ReviewRefused(message % {"items": labels})
    if form.queries.filter(state=QueryState.OPEN).exists():
        raise ReviewRefused(_("Answer the open queries of this form first."))
