"""Tables of the safety room."""

from safety.models.after_lock import LateCase
from safety.models.coding import Dictionary, DictionaryTerm, TermCode
from safety.models.death import Death
from safety.models.event import AdverseEvent
from safety.models.pregnancy import Pregnancy
from safety.models.reconciliation import AcceptedDifference, SafetyCase, SafetyList
from safety.models.report import SentReport, SeriousReport, SponsorAssessment

__all__ = [
    "AcceptedDifference",
    "AdverseEvent",
    "Death",
    "Dictionary",
    "DictionaryTerm",
    "LateCase",
    "Pregnancy",
    "SafetyCase",
    "SafetyList",
    "SentReport",
    "SeriousReport",
    "SponsorAssessment",
    "TermCode",
]
