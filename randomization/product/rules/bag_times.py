"""Times of a bag: they follow from the request alone, so both arms have the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from trial_edc.protocol import PROTOCOL, InfusionSettings
from trial_edc.requirements import implements


@dataclass(frozen=True, slots=True)
class BagTimes:
    """When a bag may be begun, when it leaves the pharmacy, when it is too late."""

    requested_at: datetime
    prepare_from: datetime
    leaves_at: datetime
    start_before: datetime

    def are_of(self, handed_over_at: datetime | None) -> bool:
        """A bag handed over before the request is not the one that it asks for."""
        return handed_over_at is not None and handed_over_at >= self.requested_at


@implements("RND-05")
def bag_times(
    planned_start_at: datetime,
    *,
    signed_at: datetime,
    settings: InfusionSettings = PROTOCOL.infusion,
) -> BagTimes:
    """Times for the slower preparation and for the product that keeps shorter.

    A request that was signed too late for a preparation counts from the earliest start
    that is possible: otherwise the ward could measure how long the pharmacy needs.
    Units: whole minutes, as people type them.
    """
    lead = timedelta(minutes=settings.preparation_lead_min)
    requested_at = signed_at.replace(second=0, microsecond=0)
    start_at = max(planned_start_at, requested_at + lead)
    longest = min(settings.thaw_to_start_max_min, settings.opened_to_start_max_min)
    return BagTimes(
        requested_at=requested_at,
        prepare_from=start_at - lead,
        leaves_at=start_at - timedelta(minutes=settings.release_lead_min),
        start_before=start_at - lead + timedelta(minutes=longest),
    )
