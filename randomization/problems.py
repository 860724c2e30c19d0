"""Why an act of this room was refused; each says what to do, for people."""

from collections.abc import Sequence

from randomization.allocation.rules.readiness import Obstacle
from randomization.lists.rules.validation import Fault


class RandomizationRefused(Exception):
    """Nothing was stored; the text is for people."""


class NotReady(RandomizationRefused):
    """The participant cannot be randomized now; carries every reason."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        reasons = (
            f"{obstacle.message} {obstacle.detail}".strip() for obstacle in obstacles
        )
        super().__init__(" ".join(reasons))
        self.obstacles = list(obstacles)


class ListExhausted(RandomizationRefused):
    """No slot is left; the participant stays eligible."""


class FaultyList(RandomizationRefused):
    """An uploaded list has faults; carries all of them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{fault.line}: {fault}" for fault in faults))
        self.faults = list(faults)
