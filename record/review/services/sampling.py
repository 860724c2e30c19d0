"""The sample to verify is drawn once; findings raise its shares."""

from django.core.exceptions import PermissionDenied

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed
from record.review.models import RaisedShare, SampleSeed
from record.review.rules import share_after_findings
from record.review.selectors.plan import verification_plan
from record.review.selectors.verification import verifies_open_forms
from trial_edc import chance
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

SEED_CHARACTERS = 64


@implements("SDV-01")
def draw_sample(*, by: User) -> bool:
    """Draw the seed from which the sample follows; a second time changes nothing."""
    if not verifies_open_forms(by):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        _seed, is_new = SampleSeed.objects.get_or_create(
            is_only_one=True,
            defaults={"seed": chance.token(SEED_CHARACTERS), "drawn_by": by},
        )
        if is_new:
            act("sample_drawn")
    return is_new


@implements("SDV-03")
def raise_shares(*, findings: int, reason: str, by: User) -> dict[str, int]:
    """Raise the share of each sampled tier after so many major or critical findings.

    Call it inside an attributed transaction. Returns the new shares of those that rose.
    """
    step = PROTOCOL.verification.raise_pct
    shares = verification_plan().shares_pct
    raised = {
        tier: share_after_findings(share, findings, step)
        for tier, share in shares.items()
    }
    raised = {tier: share for tier, share in raised.items() if share > shares[tier]}
    for tier, share in raised.items():
        RaisedShare.objects.create(
            tier=tier, share_pct=share, reason=reason, raised_by=by
        )
    return raised
