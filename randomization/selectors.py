"""Reads of this room; none tells an arm (`services` do, and record it)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from randomization.models import (
    Allocation,
    AllocationList,
    LotRecord,
    ProductRecord,
    Slot,
    StudyStatusChange,
    lot_hash,
)
from randomization.problems import ListExhausted
from randomization.allocation.rules.readiness import PAUSED
from randomization.product.rules.stock import balance
from randomization.vocabulary import (
    ListState,
    LotStatus,
    MovementKind,
    Product,
    StudyStatus,
)
from record.accounts.models import User
from record.accounts.roles import Role
from record.casebook.models import FormInstance, Participant
from trial_edc.protocol import PROTOCOL


def study_status() -> StudyStatus:
    """Return what the study allows now."""
    in_force = StudyStatusChange.objects.exclude(in_force_at=None)
    last = in_force.order_by("in_force_at", "id").last()
    return StudyStatus(last.status) if last else StudyStatus.SETUP


def pause() -> StudyStatusChange | None:
    """Return the step that paused randomisation or infusions, None while neither is."""
    steps = StudyStatusChange.objects.exclude(in_force_at=None)
    last = steps.order_by("in_force_at", "id").last()
    return last if last and last.status in PAUSED else None


def infusions_paused_at() -> datetime | None:
    """Return since when infusions are paused, None while they are not."""
    step = pause()
    stops = step is not None and step.status == StudyStatus.PAUSED_INFUSION
    return step.in_force_at if step and stops else None


def were_infusions_paused(at: datetime) -> bool:
    """Tell whether infusions were paused at an instant."""
    steps = StudyStatusChange.objects.filter(in_force_at__lte=at)
    last = steps.order_by("in_force_at", "id").last()
    return last is not None and last.status == StudyStatus.PAUSED_INFUSION


def status_changes() -> QuerySet[StudyStatusChange]:
    """Return the steps of the study, the newest first."""
    changes = StudyStatusChange.objects.select_related("decided_by", "confirmed_by")
    return changes.order_by("-id")


def allocation_of(participant: Participant) -> Allocation | None:
    """Return the allocation of a participant."""
    held = Allocation.objects.select_related("randomised_by")
    return held.filter(participant=participant).first()


def next_slot_for_update() -> Slot:
    """Return the first unused slot, locked; raises `ListExhausted`.

    The lists are locked first: who waited there then sees, in a new statement, the
    slot that was taken meanwhile. A lock on the slot alone would not show it.
    """
    sealed = AllocationList.objects.filter(state=ListState.SEALED)
    list(sealed.select_for_update(no_key=True).order_by("id"))
    slot = _unused().select_for_update(no_key=True, of=("self",)).first()
    if slot is None:
        raise ListExhausted
    return slot


def _unused() -> QuerySet[Slot]:
    taken = Allocation.objects.values("slot")
    return Slot.objects.exclude(pk__in=taken).order_by("sequence")


def slots_left() -> int:
    """Return how many slots are unused; a number of the whole trial, not of an arm."""
    return _unused().count()


def slots_in_all() -> int:
    """Return how many slots all sealed lists have."""
    return Slot.objects.count()


def places_to_add() -> int:
    """Return how many places the protocol plans beyond those of the sealed lists."""
    return max(0, PROTOCOL.registry.enrolment - slots_in_all())


def lists() -> QuerySet[AllocationList]:
    """Return every list, the newest first, without its content."""
    people = ("made_by", "approved_by", "sealed_by", "destroyed_by")
    found = AllocationList.objects.select_related(*people).defer("content")
    return found.order_by("-id")


def commitments() -> QuerySet[AllocationList]:
    """Return the sealed lists with their published commitments, in order."""
    return lists().filter(state=ListState.SEALED).order_by("first_sequence")


def people_in(*roles: Role) -> QuerySet[User]:
    """Return the active accounts of these roles."""
    return User.objects.filter(is_active=True, role__in=roles)


def people_at_bedside() -> QuerySet[User]:
    """Return who may take a bag from the pharmacy."""
    return people_in(Role.BN, Role.IN, Role.PI, Role.CO, Role.PN)


GO_LIVE = (
    ("investigators", (Role.IN, Role.PI)),
    ("product_staff", (Role.UP, Role.PN)),
    ("unblinded_monitors", (Role.UM,)),
    ("list_custodians", (Role.LC,)),
    ("unblinded_statisticians", (Role.US,)),
    ("safety_officers", (Role.SO,)),
    ("administrators", (Role.AD,)),
)


def active_by_role() -> Mapping[str, int]:
    """Return how many accounts of each role are active."""
    active = User.objects.filter(is_active=True).values_list("role")
    return dict(active.annotate(Count("id")))


def lots() -> list[LotRecord]:
    """Return every lot, the newest first."""
    return list(LotRecord.objects.order_by("-id"))


@dataclass(frozen=True)
class LotView:
    """A lot as pages show it: words for codes, instants for texts."""

    lot: LotRecord
    content: Mapping[str, Any]

    @property
    def pk(self) -> int:
        """Return the key of the lot."""
        return self.lot.pk

    @property
    def number(self) -> str:
        """Return the lot number."""
        return str(self.content["lot"])

    @property
    def product(self) -> str:
        """Return the product in words."""
        return _(Product(self.content["product"]).label)

    @property
    def status(self) -> str:
        """Return the status in words."""
        return _(LotStatus(self.content["status"]).label)

    @property
    def expires_at(self) -> datetime:
        """Return when the lot expires."""
        return datetime.fromisoformat(self.content["expires_at"])

    @property
    def left(self) -> Decimal:
        """Return how many containers are left."""
        return balance(self.content["movements"])

    @property
    def movements(self) -> list[dict[str, Any]]:
        """Return the movements in the order in which they happened."""
        moved = self.content["movements"]
        records = [one["record"] for one in moved if "record" in one]
        taken_for = FormInstance.objects.select_related("participant").in_bulk(records)
        found = [
            {
                "at": datetime.fromisoformat(one["at"]),
                "taken_for": taken_for.get(one.get("record", 0)),
                "word": _(MovementKind(one["kind"]).label),
                "amount": one["amount"],
            }
            for one in moved
        ]
        return sorted(found, key=lambda one: one["at"])


def lot_views() -> list[LotView]:
    """Return every lot, opened once."""
    return [LotView(lot, lot.content) for lot in lots()]


def lot_of(number: str) -> LotRecord | None:
    """Return the lot of that number."""
    return LotRecord.objects.filter(number_hash=lot_hash(number)).first()


def exposed_to(number: str) -> list[FormInstance]:
    """Return the product records that name a lot, with their participants."""
    records = ProductRecord.objects.select_related("form__participant")
    return [
        record.form
        for record in records.filter(form__struck_at=None).order_by("form_id")
        if lot_hash(record.value_of("lot") or "") == lot_hash(number)
    ]
