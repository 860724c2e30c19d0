"""Why an act of this room was refused; each says what to do, for people."""

from collections.abc import Mapping


class RandomizationRefused(Exception):
    """Nothing was stored; the text is for people."""


class ListExhausted(RandomizationRefused):
    """No slot is left; the participant stays eligible."""


class PlanRefused(RandomizationRefused):
    """A plan that cannot be; `reasons` by item."""

    def __init__(self, reasons: Mapping[str, str]) -> None:
        super().__init__(" ".join(reasons.values()))
        self.reasons = reasons
