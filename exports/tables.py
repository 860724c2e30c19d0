"""The history of exports."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import NumberColumn, Table


class ExportHistoryTable(Table):
    """Exports, the newest first."""

    row = "exports/export_line.html"
    per_page = 50

    asked_at = Column(_("Asked for"))
    by = Column(_("By"), "asked_by__username")
    kind = Column(_("Holds"))
    state = Column(_("State"))
    rows = NumberColumn(_("Rows"), orderable=False)
    size = NumberColumn(_("Size"), "size_bytes")
    sha256 = Column("SHA-256", orderable=False)
