"""The account of a lot: what is left, when it may be given, what cannot be."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from randomization.product.rules.stock import (
    balance,
    balances,
    is_expired,
    problems,
    why_unusable,
)
from randomization.vocabulary import LotStatus, MovementKind, Product, ReleaseResult
from trial_edc.dates import SITE_TZ

EXPIRES_AT = datetime(2026, 3, 17, 12, tzinfo=SITE_TZ)
BEFORE = EXPIRES_AT - timedelta(microseconds=1)
RELEASED = {
    "product": Product.MSC,
    "status": LotStatus.RELEASED,
    "expires_at": EXPIRES_AT.isoformat(),
    "sterility": ReleaseResult.PASS,
    "mycoplasma": ReleaseResult.PASS,
    "endotoxin": ReleaseResult.PASS,
    "movements": [],
}
FAILED = "A lot that failed a release test is rejected."
NOT_TESTED = "A cell lot is released after all its release tests passed."
TOO_FEW = "Not enough containers: more would have left this lot than came in."


def moved(hour, kind, amount):
    at = EXPIRES_AT - timedelta(days=1) + timedelta(hours=hour)
    return {"at": at.isoformat(), "kind": kind, "amount": amount}


def test_what_is_left_is_received_less_dispensed_returned_and_destroyed():
    movements = [
        moved(0, MovementKind.RECEIVED, "10"),
        moved(1, MovementKind.DISPENSED, "1"),
        moved(2, MovementKind.RETURNED, "2"),
        moved(3, MovementKind.EXCURSION, "5"),
        moved(4, MovementKind.DESTROYED, "3.5"),
    ]

    assert balances(movements) == [
        Decimal(left) for left in ("10", "9", "7", "7", "3.5")
    ]
    assert balance(movements) == Decimal("3.5")


def test_movements_count_in_the_order_of_their_times():
    dispensed = moved(2, MovementKind.DISPENSED, "4")
    received = moved(1, MovementKind.RECEIVED, "4")

    assert balances([dispensed, received]) == [Decimal(4), Decimal(0)]


def test_times_are_instants_and_no_texts():
    received = {"at": "2026-03-16T23:00:00+08:00", "kind": "received", "amount": "1"}
    dispensed = {"at": "2026-03-16T16:00:00+00:00", "kind": "dispensed", "amount": "1"}

    assert balances([dispensed, received]) == [Decimal(1), Decimal(0)]


def test_nothing_is_left_of_a_lot_that_nothing_came_into():
    assert balance([]) == Decimal(0)


@pytest.mark.parametrize(("now", "expected"), [(BEFORE, False), (EXPIRES_AT, True)])
def test_a_lot_is_expired_from_the_instant_of_its_expiry(now, expected):
    assert is_expired(RELEASED, now) is expected


@pytest.mark.parametrize(
    ("status", "now", "why"),
    [
        (LotStatus.RELEASED, BEFORE, None),
        (LotStatus.RELEASED, EXPIRES_AT, "This lot has expired."),
        *(
            (status, BEFORE, "This lot is not released.")
            for status in LotStatus
            if status != LotStatus.RELEASED
        ),
    ],
)
def test_only_a_released_lot_that_has_not_expired_may_be_given(status, now, why):
    assert why_unusable(RELEASED | {"status": status}, now) == why


@pytest.mark.parametrize("test", ["sterility", "mycoplasma", "endotoxin"])
@pytest.mark.parametrize(
    ("product", "status", "result", "expected"),
    [
        (Product.MSC, LotStatus.RELEASED, ReleaseResult.PASS, []),
        (Product.MSC, LotStatus.RELEASED, ReleaseResult.PENDING, [NOT_TESTED]),
        (Product.MSC, LotStatus.RELEASED, ReleaseResult.FAIL, [FAILED]),
        (Product.MSC, LotStatus.QUARANTINE, ReleaseResult.PENDING, []),
        (Product.MSC, LotStatus.QUARANTINE, ReleaseResult.FAIL, [FAILED]),
        (Product.MSC, LotStatus.REJECTED, ReleaseResult.FAIL, []),
        (Product.SALINE, LotStatus.RELEASED, ReleaseResult.PENDING, []),
        (Product.SALINE, LotStatus.RELEASED, ReleaseResult.FAIL, [FAILED]),
    ],
)
def test_each_release_test_bears_on_the_status(test, product, status, result, expected):
    lot = RELEASED | {"product": product, "status": status, test: result}

    assert list(problems(lot)) == expected


@pytest.mark.parametrize(("dispensed", "expected"), [("2", []), ("3", [TOO_FEW])])
def test_no_more_leaves_a_lot_than_came_in(dispensed, expected):
    movements = [
        moved(0, MovementKind.RECEIVED, "2"),
        moved(1, MovementKind.DISPENSED, dispensed),
    ]

    assert list(problems(RELEASED | {"movements": movements})) == expected


def test_a_later_delivery_does_not_cover_what_left_before_it():
    movements = [
        moved(0, MovementKind.RECEIVED, "1"),
        moved(1, MovementKind.DISPENSED, "2"),
        moved(2, MovementKind.RECEIVED, "5"),
    ]

    assert list(problems(RELEASED | {"movements": movements})) == [TOO_FEW]
