"""The report of an import: each row of the file, and what became of it.

Rows in the file = new + changed + unchanged + refused; its checksum stays with the
import. In English, whoever asks: it is kept, not read aloud.
"""

import csv
import io
from typing import Any

from django.utils.translation import gettext as _

from imports.models import ImportedFile
from trial_edc.requirements import implements
from trial_edc.spreadsheets import safe

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
    """Return the report as CSV; before it is stored, what the preview says."""
    text = io.StringIO()
    text.write(BOM)
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(HEADING)
    rows = file.told.select_related("participant").order_by("line")
    for row in rows.iterator(chunk_size=1000):
        number = row.participant.number if row.participant else ""
        why = " ".join(_plain(one) for one in row.findings)
        told = (number, row.code, row.item, row.sampled_at, row.old, row.new)
        cells = (*told, row.outcome or row.state, why)
        lines.writerow((row.line, *map(safe, cells)))
    return text.getvalue().encode()


def _plain(finding: dict[str, Any]) -> str:
    return str(finding["message"] % finding["details"])


def in_words(finding: dict[str, Any]) -> str:
    """Return why, in the language of whoever reads the page."""
    return str(_(finding["message"]) % finding["details"])
