"""The report of an import: each row of the file, and what became of it.

Rows in the file = new + changed + unchanged + refused; its checksum stays with the
import. Always in English, since the report is stored.
"""

import csv
import io
from typing import Any

from django.utils.translation import override

from imports.models import ImportedFile
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe
from trial_edc.wording import written_out

BOM = "\ufeff"  # without it a spreadsheet takes Chinese for Latin-1
HEADING = (
    "line",
    "participant",
    "form",
    "item",
    "sampled_at",
    "old_value",
    "new_value",
    "outcome",
    "why",
)


@implements("QRY-08")
def report_of(file: ImportedFile) -> bytes:
    """As CSV; before the file is stored, what the preview says."""
    text = io.StringIO()
    text.write(BOM)
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(HEADING)
    rows = file.lines.select_related("participant").order_by("line")
    for row in rows.iterator(chunk_size=1000):
        number = row.participant.number if row.participant else ""
        why = " ".join(_english_text(finding) for finding in row.findings)
        values = (number, row.code, row.item, row.sampled_at, row.old, row.new)
        cells = (*values, row.outcome or row.state, why)
        lines.writerow((row.line, *map(safe, cells)))
    return text.getvalue().encode()


def _english_text(finding: dict[str, Any]) -> str:
    with override("en"):
        return written_out(finding)


def finding_text(finding: dict[str, Any]) -> str:
    return written_out(finding)
