"""The list of deviations."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import Table


class DeviationTable(Table):
    """Deviations, unsettled and oldest first."""

    row = "visits/deviations/deviation_line.html"
    attributes: ClassVar = {"class": "table as-lines", "data-grid": ""}

    state = Column(_("State"), "step")
    participant = Column(_("Participant"), "participant__number")
    deviation = Column(_("Deviation"), "category_term")
    occurred_on = Column(_("Occurred on"))
    description = Column(_("What happened"), orderable=False)
    importance = Column(_("Class"), "importance_term")
    raised_by = Column(_("Found by"), "is_found_by_rule")
