"""Why a form cannot be moved."""

from collections.abc import Sequence


class MoveRefused(Exception):
    """Nothing was moved; carries every reason, each saying what to do."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons: Sequence[str] = reasons
