"""The copies that lists read of what the forms say."""

from enrollment.standing.services import STANDINGS
from visits.judgements.services import VALUES_TO_JUDGE
from visits.outlooks.services import OUTLOOKS

COPIES = (STANDINGS, OUTLOOKS, VALUES_TO_JUDGE)
