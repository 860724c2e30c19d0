"""How a pharmacy works on cells, and how on saline; pure.

They differ in all that unblinded staff do: blinded people must not notice any of it
(docs/adr/0022-times-of-a-bag-follow-from-its-request.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from randomization.vocabulary import Product


@dataclass(frozen=True, slots=True)
class PharmacyHabits:
    """Work on one bag, in minutes before the planned start or hours after the end."""

    begins_min: int  # the worklist is read, the bag taken out of storage
    drafts_min: tuple[int, ...]  # the record is saved once more
    confirms_min: int
    hands_over_min: int
    completes_hours: int
    containers: int
    containers_a_lot: int
    lowest_viability_pct: int  # below 70 % the record asks why
    labels: int
    tries_wrong_lot: bool  # the record is refused once
    checks_lots: bool  # a lot waits in quarantine, then is released with a reason
    corrects: bool  # a value of the complete record
    is_queried: bool  # by the unblinded monitor
    deviates: bool


CELLS = PharmacyHabits(
    begins_min=85,
    drafts_min=(70, 52),
    confirms_min=33,
    hands_over_min=14,
    completes_hours=2,
    containers=2,
    containers_a_lot=6,
    lowest_viability_pct=62,
    labels=2,
    tries_wrong_lot=True,
    checks_lots=True,
    corrects=True,
    is_queried=True,
    deviates=True,
)
SALINE = PharmacyHabits(
    begins_min=44,
    drafts_min=(),
    confirms_min=29,
    hands_over_min=20,
    completes_hours=27,
    containers=1,
    containers_a_lot=40,
    lowest_viability_pct=82,
    labels=1,
    tries_wrong_lot=False,
    checks_lots=False,
    corrects=False,
    is_queried=False,
    deviates=False,
)
BY_PRODUCT: Mapping[Product, PharmacyHabits] = {
    Product.MSC: CELLS,
    Product.SALINE: SALINE,
}
