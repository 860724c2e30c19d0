"""The list of differences."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import Table


class DifferenceTable(Table):
    """Differences in the order of casebooks."""

    row = "safety/reconciliation/difference_line.html"
    attributes: ClassVar = {"class": "table as-lines"}

    state = Column(_("State"))
    participant = Column(_("Participant"), "participant__number")
    kind = Column(_("Difference"))
    term = Column(_("Event"))
    ours = Column(_("In the casebook"), orderable=False)
    theirs = Column(_("In the safety database"), orderable=False)
    reason = Column(_("Reason"), orderable=False)
