"""The list of terms to code."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import Table


class CodingTable(Table):
    """What people wrote, by participant."""

    row = "safety/coding/coding_line.html"

    participant = Column(_("Participant"))
    form = Column(_("Form"), "code")
    text = Column(_("As written"))
    state = Column(_("State"))
    term = Column(_("Term"), "assigned_code__term__name")
