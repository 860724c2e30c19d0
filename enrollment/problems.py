"""Why this room refuses; the words are for people."""

from collections.abc import Sequence

from record.casebook.models import Participant


class EnrollmentRefused(Exception):
    """The act is not possible now; every reason is told, not only the first."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(" ".join(reasons))
        self.reasons: Sequence[str] = reasons


class KnownPerson(EnrollmentRefused):
    """The person was approached before and keeps the number given then."""

    def __init__(self, participant: Participant, *reasons: str) -> None:
        super().__init__(*reasons)
        self.participant = participant
