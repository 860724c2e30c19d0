"""Refusals of this room, with reasons for people."""

from collections.abc import Sequence

from record.casebook.models import Participant


class EnrollmentRefused(Exception):
    """Not possible now; carries every reason, not only the first."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons: Sequence[str] = reasons


class AlreadyApproached(EnrollmentRefused):
    """The person was approached before and keeps that number."""

    def __init__(self, participant: Participant, *reasons: str) -> None:
        super().__init__(*reasons)
        self.participant = participant
