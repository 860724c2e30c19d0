"""Who may sign: present, delegated, and bound by an acknowledgement."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from record.accounts.models import SignatureAcknowledgement, User
from record.accounts.proofs import ReAuthenticated
from record.accounts.selectors import has_acknowledged
from record.accounts.services.credentials import require_present
from record.accounts.texts import SIGNATURE_STATEMENT, SIGNATURE_STATEMENT_VERSION
from record.audit.attribution import Source, act, attributed
from trial_edc import clock
from trial_edc.requirements import implements


@implements("SIG-09")
def acknowledge_signature(*, user: User, proof: ReAuthenticated) -> None:
    """Store the statement as it was read; a second time changes nothing.

    Raises `AccountRefused` for an account that was closed or reset this moment.
    """
    proof.require(user)
    with attributed(by=user, via=Source.PAGE):
        require_present(user)
        _acknowledgement, is_new = SignatureAcknowledgement.objects.get_or_create(
            user=user,
            version=SIGNATURE_STATEMENT_VERSION,
            defaults={
                "language": get_language() or "",
                "text": _(SIGNATURE_STATEMENT),
            },
        )
        if is_new:
            details = {"version": SIGNATURE_STATEMENT_VERSION}
            act("signature_acknowledged", details=details)


@implements("SIG-05", "SIG-09")
def obstacle_to_signing(by: User) -> str:
    """Why this person signs nothing now; empty when nothing hinders.

    Call it inside the attributed transaction of the signature: until its end nobody
    closes the account or ends the delegation.
    """
    present = User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not present.is_active or present.role != by.role:
        return _("The account was changed this moment. Sign in again.")
    if not present.is_delegated(clock.today()):
        return _("Your delegation does not cover today.")
    if not has_acknowledged(present):
        return _("Acknowledge first that your electronic signature binds you.")
    return ""
