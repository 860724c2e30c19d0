"""The list of missing forms."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from record.casebook import catalogue
from trial_edc.protocol import PROTOCOL
from trial_edc.tables import CodeColumn, Table


class MissingFormTable(Table):
    """Forms that nobody has begun, by participant and visit."""

    row = "visits/missing_forms/form_line.html"
    attributes: ClassVar = {"class": "table", "data-grid": ""}

    participant = Column(_("Participant"), "participant__number")
    form = CodeColumn(_("Form"), accessor="code", codes=catalogue.designs)
    visit = CodeColumn(
        _("Visit"), codes=lambda: [slot.code for slot in PROTOCOL.schedule.visits]
    )
    due_on = Column(_("In time until"))
