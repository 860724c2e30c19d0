"""The list of backups."""

from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from trial_edc.tables import Table


class BackupTable(Table):
    """Backups made, failed and asked for, newest first."""

    row = "record/backup/backup_line.html"

    at = Column(_("Time"))
    act = Column(_("What"), orderable=False)
    by = Column(_("By"), "actor")
    file = Column(_("File"), orderable=False)
    sha256 = Column("SHA-256", orderable=False)
