"""The HTML of an item: its frame is drawn once for each state it can be in.

Around each control stand the same label, guide, missing codes, reasons and marks; to
draw them anew for every item of every form was most of the time of a page.
"""

import re
from functools import lru_cache
from operator import attrgetter
from typing import Any, Protocol

from django.template.loader import get_template
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from entry.form.page.item import ItemView
from record.capture.vocabulary import ChangeReason
from record.casebook.items import Item
from record.casebook.models import FormInstance

TEMPLATE = "entry/form/item.html"
# What a frame follows from, besides its item.
STATE = (
    "name",
    "required",
    "is_applicable",
    "read_only",
    "missing",
    "unit",
    "query",
    "verified",
    "has_history",
    "is_pending",
    "needs_reason",
)
# What only one page shows: an item with any of it is drawn by itself.
OWN = ("errors", "soft", "clash", "rows", "stored_file", "unsaved_file", "typed_reason")
CONTROL, TEXT, PANEL = "\x01", "\x02", "\x03"  # where they go in the frame
PLACES = re.compile(f"([{CONTROL}{TEXT}{PANEL}])")


class Page(Protocol):
    """What an item shows of its page."""

    form: FormInstance
    is_stored: bool
    asks_reasons: bool


def item_html(view: ItemView, page: Page) -> SafeString:
    is_stored, asks_reasons = page.is_stored, page.asks_reasons
    panel = reverse("entry:panel", args=[page.form.pk, view.name]) if is_stored else ""
    # No frame is kept for what a browser makes up.
    if any(attrgetter(*OWN)(view)) or not view.offers_what_was_sent:
        html = _drawn(view, panel, asks_reasons=asks_reasons)
        return mark_safe(html)  # noqa: S308 - escaped by the template
    state = attrgetter(*STATE)(view)
    parts = _frame(view.item, state, is_stored, asks_reasons, get_language())
    own = {
        CONTROL: conditional_escape(view.control),
        TEXT: conditional_escape(view.text),
        PANEL: panel,
    }
    return mark_safe("".join(own.get(part, part) for part in parts))  # noqa: S308 - the same


@lru_cache(maxsize=8192)
def _frame(
    item: Item,
    state: tuple[Any, ...],
    is_stored: bool,  # noqa: FBT001 - the cache takes no keywords
    asks_reasons: bool,  # noqa: FBT001 - the same
    _language: str | None,
) -> list[str]:
    view = ItemView(
        item=item, control=CONTROL, text=TEXT, **dict(zip(STATE, state, strict=True))
    )
    panel = PANEL if is_stored else ""
    return PLACES.split(_drawn(view, panel, asks_reasons=asks_reasons))


def _drawn(view: ItemView, panel: str, *, asks_reasons: bool) -> str:
    values = {
        "view": view,
        "panel": panel,
        "asks_reasons": asks_reasons,
        "reason_choices": [(reason.value, _(reason.label)) for reason in ChangeReason],
    }
    return get_template(TEMPLATE).render(values)
