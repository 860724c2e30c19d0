"""The masked label of a bag as PDF: the same layout and words in both arms."""

from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from randomization.problems import RandomizationRefused
from randomization.product.services.preparation import Label
from trial_edc.protocol import PROTOCOL

CSS = Path(settings.BASE_DIR) / "static" / "css"
STYLES = (CSS / "tokens.css", CSS / "randomization" / "label.css")


def pdf_writer() -> Any:
    try:
        import weasyprint  # noqa: PLC0415 - loads Pango, which not every machine has
    except OSError:
        message = _(
            "This server cannot make a PDF: its administrator installs Pango first, as "
            "the guide to operations says. Until then write it by hand."
        )
        raise RandomizationRefused(message) from None
    return weasyprint


def label_pdf(writer: Any, label: Label) -> bytes:
    """100 mm × 70 mm, for one bag."""
    context = {"label": label, "trial": PROTOCOL.registry}
    html = render_to_string("randomization/product/label.html", context)
    document = writer.HTML(string=html, url_fetcher=_nothing_from_outside)
    styles = [writer.CSS(filename=path) for path in STYLES]
    written: bytes = document.write_pdf(stylesheets=styles)
    return written


def _nothing_from_outside(url: str, *_args: Any, **_options: Any) -> NoReturn:
    message = f"A label fetches nothing: {url}"
    raise ValueError(message)
