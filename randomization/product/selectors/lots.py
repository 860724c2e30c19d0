"""Reads of lots, and who may take a bag."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from randomization.models import (
    LotRecord,
    ProductRecord,
    lot_hash,
)
from randomization.product.rules.stock import balance
from randomization.vocabulary import (
    LotStatus,
    MovementKind,
    Product,
)
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.selectors import people_in
from record.casebook.models import FormInstance


def people_at_bedside() -> QuerySet[User]:
    return people_in(Role.BN, Role.IN, Role.PI, Role.CO, Role.PN)


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
        return self.lot.pk

    @property
    def number(self) -> str:
        return str(self.content["lot"])

    @property
    def product(self) -> str:
        return _(Product(self.content["product"]).label)

    @property
    def status(self) -> str:
        return _(LotStatus(self.content["status"]).label)

    @property
    def expires_at(self) -> datetime:
        return datetime.fromisoformat(self.content["expires_at"])

    @property
    def left(self) -> Decimal:
        return balance(self.content["movements"])

    @property
    def movements(self) -> list[dict[str, Any]]:
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
    return LotRecord.objects.filter(number_hash=lot_hash(number)).first()


def exposed_to(number: str) -> list[FormInstance]:
    """Return the product records that name a lot, with their participants."""
    records = ProductRecord.objects.select_related("form__participant")
    return [
        record.form
        for record in records.filter(form__struck_at=None).order_by("form_id")
        if lot_hash(record.value_of("lot") or "") == lot_hash(number)
    ]
