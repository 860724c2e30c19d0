"""The preparation worklist: what is to prepare, how far it is, who confirmed it.

It reads no arm; `services.product` adds it, and records that it was seen.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.utils.translation import gettext as _

from randomization.infusion_plan.rules import PlanInForce, plan_at
from randomization.infusion_plan.selectors import plans_in_force
from randomization.models import (
    Allocation,
    PreparationCheck,
    ProductRecord,
    bound_of,
)
from randomization.product.rules.bag_times import BagTimes, bag_times
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
from trial_edc.protocol import InfusionPlan
from trial_edc.vocabulary import INFUSION_VISITS

SIGNER_ITEMS = {Part.PREPARED: "prepared_by", Part.CHECKED: "checked_by"}
DOSE_ITEMS = (
    "cells_per_ml_e6",
    "viability_pct",
    "planned_dose_e6_kg",
    "final_volume_ml",
)


def _value_or_none(value: Any) -> Any:
    """None where a missing code stands instead of a value."""
    return None if isinstance(value, MissingCode) else value


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request with the decision to go, and when it was signed."""

    data: FormData
    signed_at: datetime


@dataclass(frozen=True)
class Preparation:
    """One infusion that was requested, with the form of its product record."""

    request: FormData
    signed_at: datetime
    form: FormInstance
    code: str
    record: ProductRecord | None = None
    checks: tuple[PreparationCheck, ...] = ()  # those that hold
    plans: tuple[PlanInForce, ...] = ()
    arm: str = ""
    is_begun: bool = False  # the infusion

    @property
    def step(self) -> PreparationStep:
        if self.record is None:
            return PreparationStep.TO_PREPARE
        if self.handed_over_at is not None:
            return PreparationStep.HANDED_OVER
        return (
            PreparationStep.READY
            if are_two_persons(self.checks)
            else PreparationStep.TO_CONFIRM
        )

    @property
    def digest(self) -> str:
        """What a person confirms: the product record, and the request it answers."""
        record = bound_of(self.record) if self.record else ""
        content = [record, self.request.form_id, dict(self.request.item_revisions)]
        text = json.dumps(content, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def plan(self) -> InfusionPlan | None:
        """That of the time at which the bag was prepared; the present one before."""
        return plan_at(self.plans, self._recorded("prepared_at"))

    @property
    def handed_over_at(self) -> datetime | None:
        """None also for a bag of a former request, unless it was given already."""
        at: datetime | None = self._recorded("handed_over_at")
        is_current = self.is_begun or self.times is None or self.times.are_of(at)
        return at if is_current else None

    def _recorded(self, name: str) -> Any:
        return _value_or_none(self.record.value_of(name)) if self.record else None

    @property
    def dose(self) -> CellDose | None:
        """What the bag holds by the record; None for saline."""
        if self.record is None or self.record.value_of("product") != Product.MSC:
            return None
        values = {
            name: _value_or_none(self.record.value_of(name)) for name in DOSE_ITEMS
        }
        return cell_dose(
            PreparedProduct(
                values["cells_per_ml_e6"],
                values["viability_pct"],
                values["planned_dose_e6_kg"],
            ),
            weight_kg=self.dosing_weight_kg,
            volume_ml=values["final_volume_ml"],
            started_at=None,
        )

    def person_named(self, part: Part) -> int | None:
        person_id: int | None = self._recorded(SIGNER_ITEMS[part])
        return person_id

    def part_status(self, part: Part) -> dict[str, Any]:
        valid = [check for check in self.checks if check.part == part]
        person_id = self.person_named(part)
        confirmations = PreparationCheck.objects.filter(form=self.form, part=part)
        return {
            "word": _("Prepared by") if part == Part.PREPARED else _("Checked by"),
            "named": User.objects.filter(pk=person_id).first() if person_id else None,
            "check": valid[-1] if valid else None,
            "is_stale": not valid and confirmations.exists(),
        }

    @property
    def cells_needed_e6(self) -> Decimal | None:
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
    def times(self) -> BagTimes | None:
        """None without a planned start."""
        planned_start_at = self.planned_start_at
        if planned_start_at is None:
            return None
        return bag_times(planned_start_at, signed_at=self.signed_at)

    @property
    def dosing_weight_kg(self) -> Decimal | None:
        weight: Decimal | None = self.request.get("dosing_weight_kg")
        return weight


def preparations() -> list[Preparation]:
    """Requested infusions whose product record is not complete."""
    open_states = (FormStatus.NOT_STARTED, FormStatus.DRAFT)
    forms = FormInstance.objects.filter(
        code="PRD", status__in=open_states, struck_at=None
    )
    return preparations_of(list(forms.prefetch_related("participant")))


def preparations_of(forms: list[FormInstance]) -> list[Preparation]:
    """Requested preparations of these product records, the next to start first.

    Requested means a request with the decision to go and a signature that holds. The
    number of statements does not grow with the participants.
    """
    participants = [form.participant for form in forms]
    requests = signed_requests(participants)
    allocations = Allocation.objects.filter(participant__in=participants)
    codes = dict(allocations.values_list("participant_id", "code"))
    records = ProductRecord.objects.filter(form__in=forms).in_bulk()
    checks = _valid_checks_by_form(records)
    plans, begun = plans_in_force(), _begun_infusions(participants)
    rows = [
        Preparation(
            request.data,
            request.signed_at,
            form,
            codes[form.participant_id],
            records.get(form.pk),
            checks.get(form.pk, ()),
            plans,
            is_begun=(form.participant_id, form.visit) in begun,
        )
        for form in forms
        if (request := requests.get((form.participant_id, form.visit)))
    ]
    return sorted(rows, key=lambda row: (str(row.planned_start_at), row.form.pk))


def _begun_infusions(participants: Iterable[Participant]) -> set[tuple[int, str]]:
    people = [participant.pk for participant in participants]
    return {
        (participant_id, data.visit)
        for participant_id, data in casebook_selectors.stored_form_data(people, ["INF"])
        if data.get("started_at")
    }


def _valid_checks_by_form(
    records: Mapping[int, ProductRecord],
) -> dict[int, tuple[PreparationCheck, ...]]:
    by_form: dict[int, tuple[PreparationCheck, ...]] = {}
    for check in PreparationCheck.objects.filter(form__in=records):
        if check.holds_for(records[check.form_id]):
            by_form[check.form_id] = (*by_form.get(check.form_id, ()), check)
    return by_form


def valid_checks(
    form: FormInstance, record: ProductRecord
) -> tuple[PreparationCheck, ...]:
    return _valid_checks_by_form({form.pk: record}).get(form.pk, ())


def record_of(form: FormInstance) -> ProductRecord:
    return cast("ProductRecord", casebook_selectors.row_of(form))


def are_two_persons(checks: Iterable[PreparationCheck]) -> bool:
    by_part = {check.part: check.signer_id for check in checks}
    return set(by_part) == set(Part) and len(set(by_part.values())) == len(by_part)


def is_confirmed(form: FormInstance, record: ProductRecord) -> bool:
    return are_two_persons(valid_checks(form, record))


def signed_requests(
    participants: Iterable[Participant],
) -> dict[tuple[int, str], SignedRequest]:
    participant_ids = [participant.pk for participant in participants]
    forms = FormInstance.objects.filter(code="IRQ", participant__in=participant_ids)
    signed_at = {
        form.pk: valid[0].at  # one more below the same request asks for no other bag
        for form in forms.prefetch_related("signatures")
        if (valid := [each for each in form.signatures.all() if each.holds_for(form)])
    }
    return {
        (participant_id, data.visit): SignedRequest(data, signed_at[data.form_id])
        for participant_id, data in casebook_selectors.stored_form_data(
            participant_ids, ["IRQ"]
        )
        if data.form_id in signed_at and data.get("decision") == "go"
    }
