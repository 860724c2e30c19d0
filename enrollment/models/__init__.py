"""The screening forms, and what screening stores beside them."""

# The catalogue lists the forms in this order.
# isort: skip_file
from enrollment.models.screening import ScreeningLog
from enrollment.models.consent import InformedConsent
from enrollment.models.document import ConsentDocument
from enrollment.models.contact import ContactDetails
from enrollment.models.identity import (
    IdentityQuestion,
    PersonKey,
    RefusedRegistration,
)
from enrollment.models.history import Demographics, MedicalHistory
from enrollment.models.immunosuppression import ImmunosuppressiveDrug
from enrollment.models.eligibility import EligibilityAssessment
from enrollment.models.confirmation import EligibilityConfirmation
from enrollment.models.frozen import FrozenScreening
from enrollment.models.standing import ParticipantStanding

__all__ = [
    "ConsentDocument",
    "ContactDetails",
    "Demographics",
    "EligibilityAssessment",
    "EligibilityConfirmation",
    "FrozenScreening",
    "IdentityQuestion",
    "ImmunosuppressiveDrug",
    "InformedConsent",
    "MedicalHistory",
    "ParticipantStanding",
    "PersonKey",
    "RefusedRegistration",
    "ScreeningLog",
]
