"""Outlooks are kept in step with the forms."""

from record.casebook.services.copies import Copy
from visits.models import VisitOutlook
from visits.outlooks.selectors import KEY, derived_rows

OUTLOOKS = Copy(VisitOutlook, KEY, derived_rows)
