"""The audit trail as lines of a CSV file: one for each value, read a part at a time."""

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from monitoring.trail.selectors.details import TrailValue
from monitoring.trail.selectors.lines import TrailLine, trail_lines
from monitoring.trail.selectors.stretches import batches
from record.accounts.models import User
from record.audit.models import Entry
from trial_edc.spreadsheets import safe

NO_VALUE = TrailValue("", "", "")
BYTE_ORDER_MARK = "\ufeff"  # so that spreadsheets read Chinese


class _Line:
    """Takes the one line that `csv.writer` writes."""

    def write(self, text: str) -> str:
        return text


def csv_rows(entries: QuerySet[Entry], user: User) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK + writer.writerow(_heading())
    for batch in batches(entries):
        lines = trail_lines(batch, user, with_identity=False)
        yield "".join(
            writer.writerow([safe(cell) for cell in _cells(line, value)])
            for line in lines
            for value in line.values or (NO_VALUE,)
        )


def _heading() -> list[str]:
    return [
        _("Time (UTC)"),
        _("Time (site)"),
        _("User"),
        _("Role"),
        _("Participant"),
        _("Form"),
        _("Revision"),
        _("What"),
        _("Act"),
        _("Item"),
        _("Label"),
        _("Old value"),
        _("New value"),
        _("Reason"),
        _("Way"),
    ]


def _cells(line: TrailLine, value: TrailValue) -> list[str]:
    return [
        line.utc_time,
        line.site_time,
        line.who,
        line.role,
        line.participant,
        line.form_title,
        "" if line.revision is None else str(line.revision),
        line.kind_label,
        line.act,
        value.item,
        value.label,
        value.old,
        value.new,
        value.reason or line.reason,
        line.via,
    ]
