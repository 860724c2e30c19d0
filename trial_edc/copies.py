"""What lists ask often is kept beside the forms: how each copy is stored and proved."""

from enrollment.models import ParticipantStanding
from enrollment.standing import selectors as standings
from enrollment.standing.services import store_standings
from record.casebook.copies import Copy
from visits.models import VisitOutlook
from visits.outlooks import selectors as outlooks
from visits.outlooks.services import store_outlooks

COPIES = (
    Copy(ParticipantStanding, store_standings, standings.differences),
    Copy(VisitOutlook, store_outlooks, outlooks.differences),
)
