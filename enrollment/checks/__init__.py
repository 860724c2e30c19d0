"""Edit checks of the screening forms beyond ranges, required items and the future."""

from enrollment.checks import (
    consent,
    eligibility,
    history,
    immunosuppression,
    screening,
)

__all__ = ["consent", "eligibility", "history", "immunosuppression", "screening"]
