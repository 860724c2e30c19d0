"""The proof of identity that a signature needs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from record.audit.attribution import Actor
from trial_edc import clock

PROOF_HOLDS = timedelta(minutes=5)


class IdentityNotConfirmed(Exception):
    """The password, or at the first signature the name, is not the signer's."""


@dataclass(frozen=True, slots=True)
class ReAuthenticated:
    """Proof that a signed-in person has just confirmed their identity again."""

    user_id: int
    at: datetime

    def require(self, by: Actor) -> None:
        """Refuse when the proof is another person's or no longer fresh."""
        if by.pk != self.user_id or clock.now() - self.at > PROOF_HOLDS:
            raise IdentityNotConfirmed(_("Please confirm with your password again."))
