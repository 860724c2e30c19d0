"""A visit or a casebook is signed off, once everything is there."""

from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.audit.attribution import Source, attributed
from record.review import services as review
from record.review.models import Signature
from record.review.selectors.sign_offs import CasebookPart, covered_forms
from trial_edc.requirements import implements
from visits.sign_off.problems import SignOffRefused
from visits.sign_off.selectors import lacks_of


@implements("SIG-10")
def sign_part(
    part: CasebookPart, *, shown: str, proof: ReAuthenticated, by: User
) -> Signature:
    """Raises `SignOffRefused` with all that is missing, else as `review.sign_off`."""
    with attributed(by=by, via=Source.PAGE):
        signature = review.sign_off(part, shown=shown, proof=proof, by=by)
        if lacks := lacks_of(part, list(covered_forms(part))):
            raise SignOffRefused(lacks)
    return signature
