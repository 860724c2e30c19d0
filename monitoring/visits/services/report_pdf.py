"""A signed report as PDF, with the follow-up letter, in the reader's language."""

from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from monitoring.visits.models import VisitReport
from monitoring.visits.problems import MonitoringRefused
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements

CSS = Path(settings.BASE_DIR) / "static" / "css"
STYLES = (CSS / "tokens.css", CSS / "monitoring" / "visit_report.css")


@implements("MVL-04")
def report_pdf(signed: VisitReport, report: object) -> bytes:
    """`report` shows the content. Raises `MonitoringRefused` without a PDF writer."""
    try:
        import weasyprint  # noqa: PLC0415 - loads Pango, which not every machine has
    except OSError:
        message = _("This server cannot make a PDF: its administrator installs Pango.")
        raise MonitoringRefused(message) from None
    context = {
        "signed": signed,
        "report": report,
        "trial": PROTOCOL.registry,
        "meaning": _(signed.meaning),
        "language": get_language(),
    }
    html = render_to_string("monitoring/visits/report_pdf.html", context)
    document = weasyprint.HTML(string=html, url_fetcher=_nothing_from_outside)
    styles = [weasyprint.CSS(filename=path) for path in STYLES]
    written: bytes = document.write_pdf(stylesheets=styles)
    return written


def _nothing_from_outside(url: str, *_args: Any, **_options: Any) -> NoReturn:
    message = f"A report fetches nothing: {url}"
    raise ValueError(message)
