"""Edit checks of the screening forms beyond ranges, required items and the future."""

from enrollment.consent import checks as consent
from enrollment.eligibility import checks as eligibility
from enrollment.history.checks import history, immunosuppression
from enrollment.screening import checks as screening

__all__ = ["consent", "eligibility", "history", "immunosuppression", "screening"]
