"""Tables of randomization and product; what tells an arm is ciphertext in all."""

from randomization.models.end_of_trial import CodeOpening, RestrictedStatement
from randomization.models.infusion_plan import InfusionPlanVersion
from randomization.models.lists import Allocation, AllocationList, Slot
from randomization.models.preparation_check import PreparationCheck, bound_of
from randomization.models.product import ProductRecord
from randomization.models.randomization_record import RandomizationRecord
from randomization.models.registers import (
    CodeBreak,
    LotRecord,
    StudyStatusChange,
    lot_hash,
)

__all__ = [
    "Allocation",
    "AllocationList",
    "CodeBreak",
    "CodeOpening",
    "InfusionPlanVersion",
    "LotRecord",
    "PreparationCheck",
    "ProductRecord",
    "RandomizationRecord",
    "RestrictedStatement",
    "Slot",
    "StudyStatusChange",
    "bound_of",
    "lot_hash",
]
