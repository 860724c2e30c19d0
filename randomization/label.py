"""The masked label of a bag as PDF: the same layout and words in both arms."""

from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import weasyprint
from django.conf import settings
from django.template.loader import render_to_string

from randomization.services.preparing import Label
from trial_edc.protocol import PROTOCOL

STYLE = Path(settings.BASE_DIR) / "static" / "css" / "label.css"


def label_pdf(label: Label, *, made_at: datetime) -> bytes:
    """Return the label, 100 mm × 70 mm, for one bag."""
    context = {"label": label, "made_at": made_at, "trial": PROTOCOL.registry}
    html = render_to_string("randomization/label.html", context)
    document = weasyprint.HTML(string=html, url_fetcher=_nothing_from_outside)
    style = weasyprint.CSS(filename=STYLE)
    written: bytes = document.write_pdf(stylesheets=[style])
    return written


def _nothing_from_outside(url: str, *_args: Any, **_options: Any) -> NoReturn:
    message = f"A label fetches nothing: {url}"
    raise ValueError(message)
