"""How far a form is verified, in words that the database keeps."""

from enum import StrEnum


class VerificationState(StrEnum):
    """How far a form is verified; a form without any value has no state."""

    NONE = "none"
    PARTLY = "partly"
    CHANGED = "changed"
    VERIFIED = "verified"

    @property
    def mark(self) -> str:
        """The status that shows it; none where a word has to do."""
        return {"verified": "verified", "changed": "changed_since_verified"}.get(
            self, ""
        )

    @property
    def is_partly(self) -> bool:
        return self == VerificationState.PARTLY


TO_VERIFY = tuple(
    state.value for state in VerificationState if state != VerificationState.VERIFIED
)
