"""Why somebody cannot be randomized now."""

from collections.abc import Sequence

from randomization.allocation.rules.readiness import Obstacle
from randomization.problems import RandomizationRefused


class NotReady(RandomizationRefused):
    """The participant cannot be randomized now; carries every reason."""

    def __init__(self, obstacles: Sequence[Obstacle]) -> None:
        reasons = (
            f"{obstacle.message} {obstacle.detail}".strip() for obstacle in obstacles
        )
        super().__init__(" ".join(reasons))
        self.obstacles = list(obstacles)
