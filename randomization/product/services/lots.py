"""Lots and their account (register LOT): sealed, and never below zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from randomization.models import LotRecord, lot_hash
from randomization.problems import RandomizationRefused
from randomization.product.rules.stock import problems, why_unusable
from randomization.product.selectors import lots
from randomization.vocabulary import LotStatus, MovementKind
from record.accounts import selectors as accounts_selectors
from record.accounts.models import User
from record.accounts.roles import Permission, Role
from record.audit import once
from record.audit.attribution import Actor, Reason, Source, attributed
from record.casebook.models import FormInstance
from record.notices.services import outbox as notices
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import written
from trial_edc.vocabulary import N_

LotValues = Mapping[str, str]  # plain texts: numbers as typed, instants in ISO 8601


@dataclass(frozen=True)
class DispensedContainers:
    """Containers that a product record names as used from a lot."""

    form: FormInstance
    lot: str
    lot_before: str
    containers: Decimal | None
    at: datetime

    def movement(self, by: Actor) -> dict[str, Any]:
        return {
            "kind": MovementKind.DISPENSED.value,
            "amount": str(self.containers),
            "at": self.at.isoformat(),
            "by": by.pk,
            "record": self.form.pk,
        }


def register_lot(
    values: LotValues, *, by: User, via: Source = Source.PAGE
) -> LotRecord:
    _may(by)
    with attributed(by=by, via=via):
        if lots.lot_of(values["lot"]):
            raise RandomizationRefused(_("A lot of this number is registered already."))
        lot = LotRecord(recorded_at=clock.now())
        _store(lot, {**values, "movements": []})
    return lot


def change_lot(
    lot: LotRecord,
    values: LotValues,
    *,
    reason: str,
    shown: str | None = None,
    by: User,
    via: Source = Source.PAGE,
) -> LotRecord:
    """`shown` is the digest that the page showed, None where none did."""
    _may(by)
    if not written(reason):
        raise RandomizationRefused(_("Give the reason."))
    # The reason of a restricted change may name the product: it is sealed with the lot.
    with attributed(by=by, via=via, reason=Reason("lot")):
        lot = _locked()[lot.pk]
        before = lot.content
        if shown not in (None, lots.digest_of(before)):
            raise RandomizationRefused(_changed_since_shown(before))
        unchanged = {"lot": before["lot"], "reason": written(reason)}
        _store(lot, {**before, **values, **unchanged})
        if values["status"] == LotStatus.RECALLED != before["status"]:
            _notify_recalled(lot)
    return lot


def record_movement(
    lot: LotRecord,
    *,
    kind: MovementKind,
    amount: str,
    at: str,
    by: User,
    via: Source = Source.PAGE,
) -> LotRecord:
    """Record containers that came, went or were outside their temperature.

    Dispensing follows from the product record (`dispense`).
    """
    _may(by)
    if kind == MovementKind.DISPENSED:
        raise RandomizationRefused(_("Containers are dispensed by the product record."))
    with attributed(by=by, via=via):
        once.require_first()
        lot = _locked()[lot.pk]
        content = lot.content
        movement = {"kind": kind.value, "amount": amount, "at": at, "by": by.pk}
        _store(lot, {**content, "movements": [*content["movements"], movement]})
    return lot


def dispense(dispensed: DispensedContainers, *, by: Actor) -> None:
    """Record in the lot's account what a product record used, once.

    A record that now names another lot gives its containers back. The lots are read
    after they are locked, so two pharmacists at once never use the same container.
    """
    hashes = {
        lot_hash(number) for number in (dispensed.lot, dispensed.lot_before) if number
    }
    for lot in _locked().values():
        if lot.number_hash not in hashes:
            continue
        content = lot.content
        movements = [
            m for m in content["movements"] if m.get("record") != dispensed.form.pk
        ]
        if dispensed.containers and lot.number_hash == lot_hash(dispensed.lot):
            if len(movements) == len(content["movements"]):
                _require_usable(content, dispensed.at)
            movements.append(dispensed.movement(by))
        if movements != content["movements"]:
            _store(lot, {**content, "movements": movements})


def _changed_since_shown(content: Mapping[str, Any]) -> str:
    message = _(
        "Somebody changed this lot since it was shown to you; its status is now "
        "“%(status)s”. Compare every line, then change it again."
    )
    return message % {"status": _(LotStatus(content["status"]).label)}


def _require_usable(content: Mapping[str, Any], at: datetime) -> None:
    if why := why_unusable(content, at):
        raise RandomizationRefused(_(why))


def _may(by: User) -> None:
    if not by.may(Permission.ENTER_PRODUCT):
        raise PermissionDenied


def _locked() -> dict[int, LotRecord]:
    """All lots by key, locked in one order."""
    lots_in_order = LotRecord.objects.order_by("pk").select_for_update()
    return {lot.pk: lot for lot in lots_in_order}


@implements("RND-04")
def _store(lot: LotRecord, content: dict[str, Any]) -> None:
    """Store a lot; for a registered lot, seal the whole register again.

    Otherwise a copy of the database would show, without any key, which participants
    were served from the same lot, and so are in the same arm.
    """
    if faults := list(problems(content)):
        raise RandomizationRefused(" ".join(_(problem) for problem in faults))
    lot.put(content)
    register = _locked()
    if lot.pk not in register:
        lot.save()
        return
    for other in register.values():
        other.put(content if other.pk == lot.pk else other.content)
    LotRecord.objects.bulk_update(register.values(), ("sealed",))


def _notify_recalled(lot: LotRecord) -> None:
    notices.queue(
        occasion="lot_recalled",
        key=f"lot_recalled:{lot.pk}:{clock.now().isoformat()}",
        to=accounts_selectors.people_in(Role.UP, Role.UM, Role.SO),
        subject=N_("A lot was recalled"),
        text=N_("The lots page lists who may have been exposed: %(address)s"),
        details={"address": reverse("randomization:lot", args=[lot.pk])},
    )
