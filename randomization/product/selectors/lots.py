"""Reads of lots, and who may take a bag."""

import hashlib
import json
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
from randomization.product.rules.stock import balance, why_unusable
from randomization.vocabulary import (
    LotStatus,
    MovementKind,
    Product,
)
from record.accounts.models import User
from record.accounts.roles import Role
from record.accounts.selectors import people_in
from record.casebook.models import FormInstance
from trial_edc import clock, dates


def people_at_bedside() -> QuerySet[User]:
    return people_in(Role.BN, Role.IN, Role.PI, Role.CO, Role.PN)


def lots() -> list[LotRecord]:
    return list(LotRecord.objects.order_by("-id"))


def digest_of(content: Mapping[str, Any]) -> str:
    """Of what a lot is, apart from its account; a change posts the one it was shown."""
    values = {name: value for name, value in content.items() if name != "movements"}
    text = json.dumps(values, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class LotView:
    """A lot as pages show it: words for codes, instants for texts."""

    lot: LotRecord
    content: Mapping[str, Any]

    @property
    def pk(self) -> int:
        return self.lot.pk

    @property
    def digest(self) -> str:
        return digest_of(self.content)

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
    def containers_left(self) -> Decimal:
        return balance(self.content["movements"])

    @property
    def movements(self) -> list[dict[str, Any]]:
        stored = self.content["movements"]
        records = [movement["record"] for movement in stored if "record" in movement]
        dispensed_for = FormInstance.objects.prefetch_related("participant").in_bulk(
            records
        )
        rows = [
            {
                "at": datetime.fromisoformat(movement["at"]),
                "dispensed_for": dispensed_for.get(movement.get("record", 0)),
                "word": _(MovementKind(movement["kind"]).label),
                "amount": movement["amount"],
            }
            for movement in stored
        ]
        return sorted(rows, key=lambda row: row["at"])


def lot_views() -> list[LotView]:
    return [LotView(lot, lot.content) for lot in lots()]


def lot_choices() -> list[tuple[str, str]]:
    """Every lot of the register with what speaks for or against it; usable first."""
    now = clock.now()
    reasons = [(why_unusable(view.content, now), view) for view in lot_views()]
    in_order = sorted(reasons, key=lambda pair: pair[0] is not None)
    return [(view.number, _choice_words(view, why)) for why, view in in_order]


def _choice_words(view: LotView, why_unusable: str | None) -> str:
    if why_unusable:
        return f"{view.number} · {view.product} · {_(why_unusable)}"
    words = _("%(lot)s · %(product)s · expires %(on)s · %(left)s left")
    return words % {
        "lot": view.number,
        "product": view.product,
        "on": dates.site_date(view.expires_at).isoformat(),
        "left": view.containers_left,
    }


def lot_of(number: str) -> LotRecord | None:
    return LotRecord.objects.filter(number_hash=lot_hash(number)).first()


def product_records_of_lot(number: str) -> list[FormInstance]:
    records = ProductRecord.objects.prefetch_related("form__participant")
    return [
        record.form
        for record in records.filter(form__struck_at=None).order_by("form_id")
        if lot_hash(record.value_of("lot") or "") == lot_hash(number)
    ]
