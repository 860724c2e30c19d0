"""Accountability of a lot: whether it may be used, what is left of it; pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

from randomization.vocabulary import (
    LotStatus,
    MovementKind,
    Product,
    ReleaseResult,
)
from trial_edc.vocabulary import N_

RELEASE_TESTS = ("sterility", "mycoplasma", "endotoxin")
# Returned means back to the manufacturer; an excursion of temperature moves nothing.
SIGNS = {
    MovementKind.RECEIVED: 1,
    MovementKind.DISPENSED: -1,
    MovementKind.RETURNED: -1,
    MovementKind.DESTROYED: -1,
    MovementKind.EXCURSION: 0,
}


def balances(movements: Iterable[Mapping[str, Any]]) -> list[Decimal]:
    """Containers left after each movement, in order of time.

    received - dispensed - returned - destroyed. Units: containers of the lot.
    """
    in_order = sorted(movements, key=lambda m: datetime.fromisoformat(m["at"]))
    amounts = (Decimal(m["amount"]) * SIGNS[MovementKind(m["kind"])] for m in in_order)
    return list(accumulate(amounts))


def balance(movements: Iterable[Mapping[str, Any]]) -> Decimal:
    return next(iter(reversed(balances(movements))), Decimal(0))


def is_expired(lot: Mapping[str, Any], now: datetime) -> bool:
    """At the very instant of expiry it is."""
    return datetime.fromisoformat(lot["expires_at"]) <= now


def why_unusable(lot: Mapping[str, Any], now: datetime) -> str | None:
    """None when the lot may be given."""
    if lot["status"] != LotStatus.RELEASED:
        return N_("This lot is not released.")
    if is_expired(lot, now):
        return N_("This lot has expired.")
    return None


def problems(lot: Mapping[str, Any]) -> Iterator[str]:
    results = [lot[test] for test in RELEASE_TESTS]
    if ReleaseResult.FAIL in results and lot["status"] != LotStatus.REJECTED:
        yield N_("A lot that failed a release test is rejected.")
    elif (
        lot["product"] == Product.MSC
        and lot["status"] == LotStatus.RELEASED
        and any(result != ReleaseResult.PASS for result in results)
    ):
        yield N_("A cell lot is released after all its release tests passed.")
    if any(remaining < 0 for remaining in balances(lot["movements"])):
        yield N_("Not enough containers: more would have left this lot than came in.")
