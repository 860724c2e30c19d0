"""The list of cases known after the lock."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import Table


class LateCaseTable(Table):
    """Cases known after the lock."""

    row = "safety/after_lock/late_case_line.html"

    case = Column(_("Case"), "case__pk")
    term = Column(_("Term"), "case__term")
    onset = Column(_("Onset"), "case__onset")
    aware = Column(_("Aware"), "case__aware_at")
    entered = Column(_("Entered"), "case__entered_at")
    susar = Column(_("SUSAR"), "is_susar")
    due = Column(_("First report due"), "due__initial_due_on")
    submitted = Column(_("Submitted on"), "case__submitted_on")
