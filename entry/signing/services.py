"""Several pages are signed with one credential, each with a signature of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from entry.signing.selectors import Signable, SignableForm, signables
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.closure import database_lock_text
from record.audit.problems import RecordClosed
from record.capture.services.form_status import sign_form
from record.review.problems import ReviewRefused
from visits.sign_off.problems import SignOffRefused
from visits.sign_off.services import sign_part


@dataclass(frozen=True)
class SigningOutcome:
    """What became of one of several pages; no problem, then it is signed."""

    title: str
    problem: str = ""


def sign_each(
    keys: Iterable[str], *, proof: ReAuthenticated, by: User
) -> list[SigningOutcome]:
    """Sign what this person opened and what is still as it was opened.

    Each signature is stored by itself: one that is refused hinders no other.
    """
    opened = {one.key: one for one in signables(by) if one.is_opened}
    return [_sign(opened.get(key), proof, by) for key in dict.fromkeys(keys)]


def _sign(one: Signable | None, proof: ReAuthenticated, by: User) -> SigningOutcome:
    if one is None:
        problem = _("It changed since you opened it, or is signed. Open it again.")
        return SigningOutcome(_("One page"), problem)
    title = f"{one.number} · {one.title}"
    try:
        if isinstance(one, SignableForm):
            shown = one.form.revision
            sign_form(one.form, shown_revision=shown, proof=proof, by=by)
        else:
            sign_part(one.part, shown=one.digest, proof=proof, by=by)
    except (ReviewRefused, SignOffRefused) as problem:
        return SigningOutcome(title, str(problem))
    except RecordClosed:
        return SigningOutcome(title, database_lock_text())
    except PermissionDenied:
        return SigningOutcome(title, _("Your role may not sign this."))
    return SigningOutcome(title)
