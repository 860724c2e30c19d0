"""The tables of the room."""

from monitoring.trail.models import AuditReview, SavedFilter

__all__ = ["AuditReview", "SavedFilter"]
