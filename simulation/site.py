"""The site: staff, laboratory, remaining places of the list, lots in use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from randomization.vocabulary import Product
from record.accounts.models import User
from simulation.pharmacy_habits import BY_PRODUCT, PharmacyHabits


@dataclass(slots=True)
class Site:
    """State shared by all cases."""

    staff: Mapping[str, User]
    laboratory: int
    slots: int  # remaining places of the sealed list
    habits: Mapping[Product, PharmacyHabits] = field(default_factory=lambda: BY_PRODUCT)
    shelf: dict[str, int] = field(default_factory=dict)  # product → number of its lot
