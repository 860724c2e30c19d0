"""The list of panels with values to judge."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.protocol import PROTOCOL
from trial_edc.tables import CodeColumn, Table


class PanelTable(Table):
    """Panels by participant, visit and time, each with its values."""

    row = "visits/judgements/panel_line.html"
    attributes: ClassVar = {"class": "table", "data-grid": ""}

    participant = Column(_("Participant"), "participant__number")
    visit = CodeColumn(
        _("Visit"), codes=lambda: [slot.code for slot in PROTOCOL.schedule.visits]
    )
    sampled_at = Column(_("Sampled at"))
    values = Column(_("Outside the reference range"), orderable=False)
