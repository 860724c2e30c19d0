"""Reads of the product desk: what is to prepare, how far it is, who confirmed it.

No arm is read here; `services.product` adds it, and records that it was seen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext as _

from randomization.models import Allocation, PreparationCheck, ProductRecord
from randomization.product.rules.dose import (
    CellDose,
    PreparedProduct,
    cell_dose,
    planned_cells,
)
from randomization.vocabulary import Part, PreparationStep, Product
from record.accounts.models import User
from record.casebook import selectors as casebook_selectors
from record.casebook.form_data import FormData
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.values import MissingCode
from trial_edc.protocol import PROTOCOL, InfusionPlan
from trial_edc.vocabulary import INFUSION_VISITS

NAMED = {Part.PREPARED: "prepared_by", Part.CHECKED: "checked_by"}
DOSED = (
    "cells_per_ml_e6",
    "viability_pct",
    "planned_dose_e6_kg",
    "final_volume_ml",
)


def _known(value: Any) -> Any:
    """Return a value; None where a code says why there is none."""
    return None if isinstance(value, MissingCode) else value


@dataclass(frozen=True)
class Preparation:
    """One infusion that was requested, with the form of its product record."""

    request: FormData
    form: FormInstance
    code: str
    record: ProductRecord | None = None
    checks: tuple[PreparationCheck, ...] = ()  # those that hold
    arm: str = ""

    @property
    def step(self) -> PreparationStep:
        if self.record is None:
            return PreparationStep.TO_PREPARE
        if self.handed_over_at is not None:
            return PreparationStep.HANDED_OVER
        return (
            PreparationStep.READY
            if are_two(self.checks)
            else PreparationStep.TO_CONFIRM
        )

    @property
    def plan(self) -> InfusionPlan | None:
        return PROTOCOL.infusion.plan(demo=settings.DEMO)

    @property
    def handed_over_at(self) -> Any:
        return _known(self.record.value_of("handed_over_at")) if self.record else None

    @property
    def dose(self) -> CellDose | None:
        """Return what the bag holds by the record; of cells alone."""
        if self.record is None or self.record.value_of("product") != Product.MSC:
            return None
        known = {name: _known(self.record.value_of(name)) for name in DOSED}
        return cell_dose(
            PreparedProduct(
                known["cells_per_ml_e6"],
                known["viability_pct"],
                known["planned_dose_e6_kg"],
            ),
            weight_kg=self.dosing_weight_kg,
            volume_ml=known["final_volume_ml"],
            started_at=None,
        )

    def named(self, part: Part) -> int | None:
        if self.record is None:
            return None
        found: int | None = _known(self.record.value_of(NAMED[part]))
        return found

    def part(self, part: Part) -> dict[str, Any]:
        held = [one for one in self.checks if one.part == part]
        named = self.named(part)
        given = PreparationCheck.objects.filter(form=self.form, part=part)
        return {
            "word": _("Prepared by") if part == Part.PREPARED else _("Checked by"),
            "named": User.objects.filter(pk=named).first() if named else None,
            "check": held[-1] if held else None,
            "is_stale": not held and given.exists(),
        }

    @property
    def cells_needed_e6(self) -> Decimal | None:
        """Return the viable cells that the plan asks for; of the cell arm alone."""
        plan = self.plan
        if plan is None or self.arm != Product.MSC or self.dosing_weight_kg is None:
            return None
        return planned_cells(self.dosing_weight_kg, plan.planned_dose_e6_per_kg)

    @property
    def participant(self) -> Participant:
        return self.form.participant

    @property
    def infusion_number(self) -> int:
        return INFUSION_VISITS[self.form.visit]

    @property
    def planned_start_at(self) -> datetime | None:
        at: datetime | None = self.request.get("planned_start_at")
        return at

    @property
    def dosing_weight_kg(self) -> Decimal | None:
        weight: Decimal | None = self.request.get("dosing_weight_kg")
        return weight


def preparations() -> list[Preparation]:
    """Return the requested infusions whose product record is not complete."""
    waiting = (FormStatus.NOT_STARTED, FormStatus.DRAFT)
    form_data = FormInstance.objects.filter(
        code="PRD", status__in=waiting, struck_at=None
    )
    return preparations_of(list(form_data.select_related("participant")))


def preparations_of(forms: list[FormInstance]) -> list[Preparation]:
    """Return what of these product records was requested, the next to start first.

    Requested means a request with the decision to go and a signature that holds. The
    number of statements does not grow with the participants.
    """
    people = [form.participant for form in forms]
    requests = requests_that_hold(people)
    held = Allocation.objects.filter(participant__in=people)
    codes = dict(held.values_list("participant_id", "code"))
    records = ProductRecord.objects.filter(form__in=forms).in_bulk()
    checks = _checks_that_hold(records)
    found = [
        Preparation(
            request,
            form,
            codes[form.participant_id],
            records.get(form.pk),
            checks.get(form.pk, ()),
        )
        for form in forms
        if (request := requests.get((form.participant_id, form.visit)))
    ]
    return sorted(found, key=lambda one: (str(one.planned_start_at), one.form.pk))


def _checks_that_hold(
    records: Mapping[int, ProductRecord],
) -> dict[int, tuple[PreparationCheck, ...]]:
    found: dict[int, tuple[PreparationCheck, ...]] = {}
    for one in PreparationCheck.objects.filter(form__in=records):
        if one.holds_for(records[one.form_id]):
            found[one.form_id] = (*found.get(one.form_id, ()), one)
    return found


def checks_that_hold(
    form: FormInstance, record: ProductRecord
) -> tuple[PreparationCheck, ...]:
    return _checks_that_hold({form.pk: record}).get(form.pk, ())


def record_of(form: FormInstance) -> ProductRecord:
    """Return the product record of its form, not yet stored where nobody began it."""
    return cast("ProductRecord", casebook_selectors.row_of(form))


def are_two(checks: Iterable[PreparationCheck]) -> bool:
    """Tell whether preparer and checker, two different persons, have confirmed."""
    by_part = {one.part: one.signer_id for one in checks}
    return set(by_part) == set(Part) and len(set(by_part.values())) == len(by_part)


def is_confirmed(form: FormInstance, record: ProductRecord) -> bool:
    """Tell whether two persons confirmed the preparation as it stands."""
    return are_two(checks_that_hold(form, record))


def requests_that_hold(
    participants: Iterable[Participant],
) -> dict[tuple[int, str], FormData]:
    """Return the signed requests to go, by participant and visit."""
    people = [participant.pk for participant in participants]
    forms = FormInstance.objects.filter(code="IRQ", participant__in=people)
    signed = {
        form.pk
        for form in forms.prefetch_related("signatures")
        if any(one.holds_for(form) for one in form.signatures.all())
    }
    return {
        (participant_id, data.visit): data
        for participant_id, data in casebook_selectors.stored_form_data(people, ["IRQ"])
        if data.form_id in signed and data.get("decision") == "go"
    }
