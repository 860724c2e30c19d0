"""Why an uploaded list is refused."""

from collections.abc import Sequence

from randomization.lists.rules.validation import Fault
from randomization.problems import RandomizationRefused


class FaultyList(RandomizationRefused):
    """An uploaded list has faults; carries all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.line}: {fault}" for fault in faults))
        self.faults = list(faults)
