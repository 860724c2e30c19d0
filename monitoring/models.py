"""The tables of the room."""

from monitoring.trail.models import AuditReview, SavedFilter
from monitoring.visits.models import (
    MonitoringVisit,
    VisitAction,
    VisitFinding,
    VisitReport,
)

__all__ = [
    "AuditReview",
    "MonitoringVisit",
    "SavedFilter",
    "VisitAction",
    "VisitFinding",
    "VisitReport",
]
