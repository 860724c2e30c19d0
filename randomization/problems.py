"""Why an act of this room was refused; each says what to do, for people."""

from collections.abc import Sequence

from randomization.allocation.rules.readiness import Obstacle
from randomization.lists.rules.checking import Fault


class RandomizationRefused(Exception):
    """Nothing was stored; the text is for people."""


class NotReady(RandomizationRefused):
    """The participant cannot be randomised now; carries every reason."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        """Take all reasons, not the first."""
        said = (f"{o.message} {o.detail}".strip() for o in obstacles)
        super().__init__(" ".join(said))
        self.obstacles = list(obstacles)


class ListExhausted(RandomizationRefused):
    """No slot is left; the participant stays eligible."""


class FaultyList(RandomizationRefused):
    """An uploaded list has faults; carries all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.line}: {fault}" for fault in faults))
        self.faults = list(faults)
