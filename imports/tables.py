"""The lists of laboratory files and of the rows of one."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import NumberColumn, Table


class ImportedFileTable(Table):
    """Laboratory files, the newest first."""

    row = "imports/file_line.html"
    per_page = 50

    name = Column(_("File"))
    source = Column(_("Source of the file"), "source__name")
    received = Column(_("File received"), "received_at")
    state = Column(_("State"))
    rows_in_file = NumberColumn(_("Rows"), "rows")
    new = NumberColumn(_("New"))
    changed = NumberColumn(_("Changed"))
    unchanged = NumberColumn(_("Unchanged"))
    refused = NumberColumn(_("Refused"))
    confirmed_by = Column(_("Confirmed by"), "confirmed_by__username")


class FileRowTable(Table):
    """The rows of a file, in its order."""

    row = "imports/row_line.html"
    attributes: ClassVar = {"class": "table import-lines"}

    line = NumberColumn(_("Line"))
    participant = Column(_("Participant"), "participant__number")
    sampled_at = Column(_("Sampled at"))
    item = Column(_("Analyte"))
    value = NumberColumn(_("Value"), orderable=False)
    state = Column(_("Row"), order_by=("outcome", "state"))
    why = Column(_("Why"), orderable=False)
