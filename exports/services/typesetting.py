"""PDF from a Typst template and its data; nothing is fetched, nothing is run."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Literal

import typst
from django.conf import settings
from django.utils.translation import gettext as _

FONT = "Noto Sans CJK SC"
TEMPLATES = Path(settings.BASE_DIR) / "templates" / "exports"
ARCHIVED: Literal["a-3b"] = "a-3b"  # PDF/A with the data attached


@cache
def _fonts() -> typst.Fonts:
    """Searched for once a process."""
    return typst.Fonts()


class PdfUnavailable(Exception):
    """This server lacks what a PDF needs; the message is for people."""


def pdf_of(
    template: str, inputs: Mapping[str, str], words: Mapping[str, str], *, at: datetime
) -> bytes:
    """`inputs` are texts as the template names them; `words` are marked, untranslated.

    The same input gives the same bytes. Raises `PdfUnavailable`.
    """
    if FONT not in _fonts().families():
        raise PdfUnavailable(
            _(
                "This server cannot make a PDF: its administrator installs the package "
                "fonts-noto-cjk first, as the guide to operations says."
            )
        )
    translated = {key: _(text) for key, text in words.items()}
    written: bytes = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={**inputs, "words": json.dumps(translated)},
        pdf_standards=[ARCHIVED],
        pdf_tags=False,
        timestamp=int(at.timestamp()),
    )
    return written
