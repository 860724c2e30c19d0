"""Lots and their account (register LOT): sealed, and never below zero."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Permission, Role
from audit.attribution import Reason, Via, attributed
from notices import services as notices
from randomization import selectors
from randomization.models import LotRecord
from randomization.problems import Refused
from randomization.rules.stock import problems, why_unusable
from randomization.vocabulary import LotStatus, MovementKind
from trial_edc import clock

LotValues = Mapping[str, str]  # plain texts: numbers as typed, instants in ISO 8601


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
    """Record containers that came, went or were outside their temperature."""
    _may(by)
    with attributed(by=by, via=via):
        lot = LotRecord.objects.select_for_update().get(pk=lot.pk)
        content = lot.content
        why = why_unusable(content, clock.now())
        if kind == MovementKind.DISPENSED and why:
            raise Refused(_(why))
        movement = {"kind": kind.value, "amount": amount, "at": at, "by": by.pk}
        _store(lot, {**content, "movements": [*content["movements"], movement]})
    return lot


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
