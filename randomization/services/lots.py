"""Lots and their account (register LOT): sealed, and never below zero."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission, Role
from audit.attribution import Actor, Reason, Via, attributed
from casebook.models import FormInstance
from notices import services as notices
from randomization import selectors
from randomization.models import LotRecord, lot_hash
from randomization.problems import Refused
from randomization.rules.stock import problems, why_unusable
from randomization.vocabulary import LotStatus, MovementKind
from trial_edc import clock

LotValues = Mapping[str, str]  # plain texts: numbers as typed, instants in ISO 8601


@dataclass(frozen=True)
class Taking:
    """What a product record says that it took from a lot."""

    form: FormInstance
    lot: str
    lot_before: str
    containers: Decimal | None
    at: datetime

    def movement(self, by: Actor) -> dict[str, Any]:
        """Return the movement that stands for it in the account of the lot."""
        return {
            "kind": MovementKind.DISPENSED.value,
            "amount": str(self.containers),
            "at": self.at.isoformat(),
            "by": by.pk,
            "record": self.form.pk,
        }


def register_lot(values: LotValues, *, by: User, via: Via = Via.PAGE) -> LotRecord:
    """Enter a lot; its number is unique."""
    _may(by)
    with attributed(by=by, via=via):
        if selectors.lot_of(values["lot"]):
            raise Refused(_("A lot of this number is registered already."))
        lot = LotRecord(recorded_at=clock.now())
        _store(lot, {**values, "movements": []})
    return lot


def change_lot(
    lot: LotRecord, values: LotValues, *, reason: str, by: User, via: Via = Via.PAGE
) -> LotRecord:
    """Change a lot, such as its release or recall, with a reason; not its number."""
    _may(by)
    if not reason.strip():
        raise Refused(_("Give the reason."))
    # The reason of a restricted change may name the product: it is sealed with the lot.
    with attributed(by=by, via=via, reason=Reason("lot")):
        lot = LotRecord.objects.select_for_update().get(pk=lot.pk)
        before = lot.content
        kept = {"lot": before["lot"], "reason": reason.strip()}
        _store(lot, {**before, **values, **kept})
        if values["status"] == LotStatus.RECALLED != before["status"]:
            _tell_recalled(lot)
    return lot


def move(
    lot: LotRecord,
    *,
    kind: MovementKind,
    amount: str,
    at: str,
    by: User,
    via: Via = Via.PAGE,
) -> LotRecord:
    """Record containers that came, went or were outside their temperature.

    What is dispensed, the product record itself takes (`dispense`).
    """
    _may(by)
    if kind == MovementKind.DISPENSED:
        raise Refused(_("Containers are dispensed by the product record."))
    with attributed(by=by, via=via):
        lot = LotRecord.objects.select_for_update().get(pk=lot.pk)
        content = lot.content
        movement = {"kind": kind.value, "amount": amount, "at": at, "by": by.pk}
        _store(lot, {**content, "movements": [*content["movements"], movement]})
    return lot


def dispense(taking: Taking, *, by: Actor) -> None:
    """Keep in the lot's account what a product record took, and nothing twice.

    A record that now names another lot gives back what it had taken. The lots are
    locked in one order, and looked at after that: two pharmacists at once never take
    the same container.
    """
    hashes = {lot_hash(number) for number in (taking.lot, taking.lot_before) if number}
    found = LotRecord.objects.filter(number_hash__in=hashes).order_by("pk")
    for lot in found.select_for_update():
        content = lot.content
        kept = [m for m in content["movements"] if m.get("record") != taking.form.pk]
        if taking.containers and lot.number_hash == lot_hash(taking.lot):
            if len(kept) == len(content["movements"]):
                _require_usable(content, taking.at)
            kept.append(taking.movement(by))
        if kept != content["movements"]:
            _store(lot, {**content, "movements": kept})


def _require_usable(content: Mapping[str, Any], at: datetime) -> None:
    if why := why_unusable(content, at):
        raise Refused(_(why))


def _may(by: User) -> None:
    if not by.may(Permission.ENTER_PRODUCT):
        raise PermissionDenied


def _store(lot: LotRecord, content: dict[str, Any]) -> None:
    if found := list(problems(content)):
        raise Refused(" ".join(_(problem) for problem in found))
    lot.put(content)
    lot.save()


def _tell_recalled(lot: LotRecord) -> None:
    notices.queue(
        occasion="lot_recalled",
        key=f"lot_recalled:{lot.pk}:{clock.now().isoformat()}",
        to=selectors.people_in(Role.UP, Role.UM, Role.SO),
        subject=_("A lot was recalled"),
        text=_("The lots page lists who may have been exposed: %(address)s")
        % {"address": reverse("randomization:lot", args=[lot.pk])},
    )
