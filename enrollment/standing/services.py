"""Standings are kept in step with the forms."""

from enrollment.models import ParticipantStanding
from enrollment.standing.selectors import derived_rows
from record.casebook.services.copies import Copy

STANDINGS = Copy(ParticipantStanding, ("participant_id",), derived_rows)
