"""Blank and annotated forms as PDF."""

import json
from collections.abc import Sequence

from django.utils.translation import override

from exports.selectors.blank_forms import blank_form
from exports.services.typesetting import pdf_of
from exports.texts import BLANK_FORMS
from record.accounts.models import User
from record.casebook.design import FormDesign
from trial_edc import __version__, clock, dates
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


@implements("BAK-05", "VAL-02")
def forms_pdf(
    designs: Sequence[FormDesign], language: str, *, annotated: bool, reader: User
) -> bytes:
    """One PDF, each form on a page of its own; raises `PdfUnavailable`."""
    now = clock.now()
    day = dates.site_date(now)
    with override(language):
        content = {
            "trial": PROTOCOL.registry.id,
            "title": PROTOCOL.registry.official_title,
            "protocol": PROTOCOL.version,
            "software": __version__,
            "made_on": {"year": day.year, "month": day.month, "day": day.day},
            "language": language,
            "annotated": annotated,
            "forms": [blank_form(design, reader) for design in designs],
        }
        inputs = {"content": json.dumps(content, ensure_ascii=False)}
        return pdf_of("forms.typ", inputs, BLANK_FORMS, at=now)
