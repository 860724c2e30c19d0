"""The site: who works there, its laboratory, what is left in pharmacy and list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from record.accounts.models import User


@dataclass(slots=True)
class Site:
    """What all cases share."""

    staff: Mapping[str, User]
    laboratory: int
    slots: int  # places left in the sealed list
    shelf: dict[str, int] = field(default_factory=dict)  # product → number of its lot
