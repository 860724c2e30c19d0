"""Which forms the plan of verification asks the monitor to compare with the source.

Whether a participant is in the sample of a tier follows from the number, the tier and a
seed that was drawn at random: everybody who has the seed comes to the same answer, and
nobody without it can foresee one.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trial_edc.protocol import ALL_PCT, PROTOCOL, TierSettings
from trial_edc.requirements import implements
from trial_edc.vocabulary import VerificationTier

DIGITS = 7  # of the hash, hexadecimal
PLACES = 1 << 4 * DIGITS


def tier_of(
    code: str, tiers: Sequence[TierSettings] = PROTOCOL.verification.tiers
) -> VerificationTier:
    *named, rest = tiers
    tier: TierSettings = next((tier for tier in named if code in tier.forms), rest)
    return tier.code


def sampling_place(seed: str, tier: str, number: str) -> int:
    """The place of a participant in the draw of a tier, from 0 to `PLACES` - 1."""
    text = f"{seed}:{tier}:{number}"
    return int(hashlib.sha256(text.encode()).hexdigest()[:DIGITS], 16)


def places_below(share_pct: int) -> int:
    """The places of a share; a larger share has those of a smaller one too."""
    return PLACES * share_pct // ALL_PCT


@implements("SDV-03")
def share_after_findings(share_pct: int, findings: int, raise_pct: int) -> int:
    """The share of a tier after major or critical findings; never more than all."""
    return min(ALL_PCT, share_pct + findings * raise_pct)


@dataclass(frozen=True)
class VerificationPlan:
    """The shares in force, and the seed of the sample; empty before it was drawn."""

    seed: str
    shares_pct: Mapping[str, int]

    def is_whole(self, tier: str) -> bool:
        """All participants: by the share, or since no sample was drawn yet."""
        return not self.seed or self.shares_pct[tier] >= ALL_PCT

    @implements("SDV-01")
    def asks_for(self, code: str, number: str, *, is_restricted: bool = False) -> bool:
        """Whether a form of this participant is to be verified."""
        tier = tier_of(code)
        if is_restricted or self.is_whole(tier):
            return True
        place = sampling_place(self.seed, tier, number)
        return place < places_below(self.shares_pct[tier])
