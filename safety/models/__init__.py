"""Tables of the safety room."""

from safety.models.death import Death
from safety.models.event import AdverseEvent
from safety.models.pregnancy import Pregnancy
from safety.models.report import SentReport, SeriousReport, SponsorAssessment

__all__ = [
    "AdverseEvent",
    "Death",
    "Pregnancy",
    "SentReport",
    "SeriousReport",
    "SponsorAssessment",
]
