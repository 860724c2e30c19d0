"""Lots: what they must be to be released, their balance, who keeps them."""

from datetime import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from randomization.models import LotRecord
from randomization.problems import RandomizationRefused
from randomization.product.rules import stock
from randomization.product.selectors.lots import lot_of
from randomization.product.services import lots
from randomization.vocabulary import MovementKind
from record.audit.models import Entry
from tests.people import person
from tests.randomization import stage
from tests.randomization.pages import page
from tests.shown import HIDDEN, shown
from trial_edc import clock, dates

pytestmark = pytest.mark.django_db
OTHER = {"MSC": "SALINE", "SALINE": "MSC"}


def at(hour):
    return datetime(2026, 3, 1, hour, tzinfo=dates.SITE_TZ).isoformat()


def digest_in(text):
    return dict(HIDDEN.findall(text))["shown"]


def moved(kind, amount, hour):
    return {"kind": kind, "amount": amount, "at": at(hour)}


@pytest.mark.parametrize(
    ("movements", "left"),
    [
        ([], 0),
        ([moved("received", "5", 8), moved("dispensed", "2", 9)], 3),
        ([moved("dispensed", "2", 9), moved("received", "5", 8)], 3),
        ([moved("received", "5", 8), moved("excursion", "4", 9)], 5),
        (
            [
                moved("received", "5", 8),
                moved("returned", "2", 9),
                moved("destroyed", "3", 10),
            ],
            0,
        ),
    ],
)
def test_balance_of_a_lot(movements, left):
    assert stock.balance(movements) == left


def test_account_is_never_below_zero_not_even_in_between():
    lot, pharmacist = stage.lot(), stage.colleague("UP")
    received, destroyed = MovementKind.RECEIVED, MovementKind.DESTROYED
    lots.record_movement(lot, kind=received, amount="2", at=at(9), by=pharmacist)

    with pytest.raises(RandomizationRefused, match="more would have left"):
        lots.record_movement(lot, kind=destroyed, amount="1", at=at(8), by=pharmacist)
    lots.record_movement(lot, kind=destroyed, amount="2", at=at(10), by=pharmacist)
    with pytest.raises(RandomizationRefused, match="more would have left"):
        lots.record_movement(lot, kind=destroyed, amount="1", at=at(11), by=pharmacist)

    lot.refresh_from_db()
    assert stock.balance(lot.content["movements"]) == 0


def test_lot_number_is_unique_however_it_is_typed():
    stage.lot()

    with pytest.raises(RandomizationRefused, match="already"):
        stage.lot(lot=" msc-7")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sterility": "fail"}, "rejected"),
        ({"mycoplasma": "pending"}, "all its release"),
    ],
)
def test_release_needs_every_test(changes, problem):
    with pytest.raises(RandomizationRefused, match=problem):
        stage.lot(**changes)


@pytest.mark.parametrize("role", ["CO", "PI", "UM", "LC", "AD"])
def test_lots_are_kept_by_product_staff(role):
    lot = stage.lot()

    with pytest.raises(PermissionDenied):
        lots.record_movement(
            lot, kind=MovementKind.RECEIVED, amount="1", at=at(8), by=person(role)
        )


@pytest.mark.verifies("RND-04")
def test_a_copy_of_the_database_does_not_tell_from_which_lot_somebody_was_served():
    lots_stored = [
        stage.lot(product, lot=f"{product}-{n}") for product in OTHER for n in (1, 2)
    ]
    before = Entry.objects.latest("id").pk

    lots.record_movement(
        lots_stored[0],
        kind=MovementKind.RECEIVED,
        amount="3",
        at=clock.now().isoformat(),
        by=stage.colleague("UP"),
    )

    written = Entry.objects.filter(
        pk__gt=before, table_name=lots_stored[0]._meta.db_table
    )
    assert sorted(written.values_list("row_id", flat=True)) == [
        lot.pk for lot in lots_stored
    ]
    assert lot_of("MSC-1").content["movements"][0]["amount"] == "3"
    sizes = {len(entry.new_values["sealed"]) for entry in written}
    assert len(sizes) == 1


def test_pharmacist_keeps_lots(client):
    pharmacist = person("UP")
    client.force_login(pharmacist)
    typed = {
        "lot": "A-1",
        "product": "SALINE",
        "manufacturer": "Saline Ltd",
        "status": "released",
        "expires_at": "2036-01-01T00:00",
        "storage": "room",
    }

    page(client, "add_lot", **typed)
    lot = LotRecord.objects.get()
    moved = {"act": "move", "kind": "received", "amount": "5"}
    page(client, "lot", lot.pk, **moved, at="2026-01-01T08:00")
    page(
        client,
        "lot",
        lot.pk,
        act="change",
        **{**typed, "status": "quarantine"},
        **shown(client, reverse("randomization:lot", args=[lot.pk])),
        reason="checking",
    )
    answer_page = page(client, "lots").content.decode()

    lot.refresh_from_db()
    assert (lot.content["status"], lot.content["lot"]) == ("quarantine", "A-1")
    assert "A-1" in answer_page
    assert b"5 containers left" in page(client, "lot", lot.pk).content
    monitor = page(client, "lot", lot.pk, user=person("UM"), **moved)
    assert monitor.status_code == 403


def test_a_page_shown_before_a_recall_does_not_release_the_lot_again(client):
    lot, pharmacist = stage.lot(), stage.colleague("UP")
    client.force_login(pharmacist)
    seen = shown(client, reverse("randomization:lot", args=[lot.pk]))
    before = {name: str(value) for name, value in lot.content.items()}
    lots.change_lot(lot, {"status": "recalled"}, reason="call", by=pharmacist)
    typed = {**before, "expires_at": "2036-01-01T00:00", "reason": "new expiry"}

    stale = page(client, "lot", lot.pk, act="change", **typed, **seen)
    lot.refresh_from_db()
    after = lot.content["status"]
    text = stale.content.decode()
    again = page(client, "lot", lot.pk, act="change", **typed, shown=digest_in(text))

    assert (stale.status_code, after, again.status_code) == (200, "recalled", 302)
    assert "its status is now “Recalled”" in text
    assert 'value="new expiry"' in text
