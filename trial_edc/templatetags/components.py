"""The components of the pages; each renders one file of `templates/components/`.

They are built into every template (settings), and `/gallery/` shows them all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from django import template
from django.forms import BaseForm, BoundField
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from trial_edc import clock, dates
from trial_edc.statuses import LOOKS

register = template.Library()

NOTHING = "—"
SELECTED = mark_safe(" selected")
HEADING_DATE = {"en": "j M Y", "zh-hans": "Y年n月j日"}


@register.simple_tag
def act_key() -> SafeString:
    """A key by which the act of this page happens once, see `record.audit.once`."""
    return format_html('<input type="hidden" name="act_key" value="{}">', uuid4())


@register.simple_tag
def status(code: str, *, count: int | None = None, word: bool = True) -> SafeString:
    """Draw a status: shape, word and colour; `word=False` keeps the word for readers.

    `count` stands beside the shape, as in "⚑ 2"; none of them is muted.
    """
    return _status(str(code), count, word, get_language())


@lru_cache(maxsize=2048)
def _status(
    code: str,
    count: int | None,
    word: bool,  # noqa: FBT001 - the cache takes no keywords
    _language: str | None,
) -> SafeString:
    look = LOOKS[code]
    tone = "muted" if count == 0 else look.tone
    context = {
        "look": look,
        "tone": tone,
        "word": _(look.word),
        "count": count,
        "show_word": word,
    }
    return render_to_string("components/status.html", context)


@register.inclusion_tag("components/pill.html")
def pill(text: object, *, tone: str = "plain", title: str = "") -> dict[str, Any]:
    return {"text": text, "tone": tone, "title": title}


@register.simple_block_tag
def panel(
    content: str, *, title: str = "", aside: object = "", anchor: str = ""
) -> SafeString:
    context = {"content": content, "title": title, "aside": aside, "anchor": anchor}
    return render_to_string("components/panel.html", context)


register.simple_block_tag(panel, name="card")


@register.simple_tag
def options(choices: Sequence[tuple[str, Any]], chosen: object = "") -> SafeString:
    """Draw the options of a select, each a code and its word, one of them chosen.

    A page repeats the same ones beside each item, so they are drawn once.
    """
    return _options(tuple((code, str(word)) for code, word in choices), str(chosen))


@lru_cache(maxsize=512)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((code, SELECTED if code == chosen else "", word) for code, word in choices),
    )


@register.simple_tag
def icon(name: str, *, size: int = 16) -> SafeString:
    return _icon(str(name), size)


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> SafeString:
    options = {"aria_hidden": "true", "class": "icon"}
    svg = lucide(name, size=size, **options)
    return mark_safe(svg)  # noqa: S308 - the package's own drawing


@register.inclusion_tag("components/site_date.html")
def site_date(
    value: date | str | None, *, day: int | None = None, heading: bool = False
) -> dict[str, Any]:
    """Show a calendar date of the site, or one known in part as far as it is known.

    In headings `8 Mar 2026 (day 7)`, else `2026-03-08`.
    """
    if isinstance(value, datetime):
        value = dates.site_date(value)
    if isinstance(value, str) or value is None:
        return {"iso": value, "text": value or NOTHING, "day": day}
    long = formats.date_format(value, HEADING_DATE.get(get_language() or "", "j M Y"))
    iso = value.isoformat()
    return {"iso": iso, "text": long if heading else iso, "long": long, "day": day}


@register.inclusion_tag("components/site_datetime.html")
def site_datetime(
    value: datetime | str | None, *, zone: bool = False
) -> dict[str, Any]:
    if not isinstance(value, datetime):
        return {"iso": value, "text": (value or NOTHING).replace("T", " ")}
    local = value.astimezone(dates.SITE_TZ)
    return {
        "iso": local.isoformat(timespec="minutes"),
        "text": f"{local:%Y-%m-%d %H:%M}",
        "zone": dates.SITE_TZ.key,
        "show_zone": zone,
    }


@register.inclusion_tag("components/signature.html")
def signature(signature: Any, *, holds: bool) -> dict[str, Any]:
    return {"signature": signature, "holds": holds}


@register.inclusion_tag("components/approval.html", takes_context=True)
def approval(
    context: template.RequestContext, entry: Any, address: str, *, may_approve: bool
) -> dict[str, Any]:
    """Show who entered and who approved an entry, or the button of the second person.

    `entry` is a `TwoPersonEntry` of the accounts room, `address` takes its approval.
    """
    is_own = may_approve and entry.entered_by_id == context["user"].pk
    return {
        "entry": entry,
        "address": address,
        "is_own": is_own,
        "offers_approval": may_approve and not is_own,
    }


@register.simple_tag
def relative_days(value: date | None, *, late: bool = False) -> str:
    """Say how far a date is from today; `late` where being past means overdue."""
    if value is None:
        return ""
    days = (value - clock.today()).days
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}
    if days in near and not (late and days < 0):
        return near[days]
    if days > 0:
        text = ngettext("in %(days)s day", "in %(days)s days", days)
    elif late:
        text = ngettext("%(days)s day late", "%(days)s days late", -days)
    else:
        text = ngettext("%(days)s day ago", "%(days)s days ago", -days)
    return text % {"days": abs(days)}


@register.inclusion_tag("components/progress.html")
def progress(done: int, total: int, label: str = "") -> dict[str, Any]:
    return {"done": done, "total": total, "label": label}


@register.inclusion_tag("components/empty_state.html")
def empty_state(
    title: str, text: str = "", *, url: str = "", action: str = ""
) -> dict[str, Any]:
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/crumbs.html")
def crumbs(*steps: str) -> dict[str, Any]:
    pairs = list(zip(steps[::2], steps[1::2], strict=False))
    return {"pairs": pairs, "here": steps[-1] if len(steps) % 2 else ""}


@dataclass(frozen=True, slots=True)
class ErrorLine:
    """An error and the control it belongs to."""

    text: str
    anchor: str = ""
    label: str = ""


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: template.RequestContext, page: object) -> dict[str, Any]:
    return {"request": context.request, "page": page}


@register.inclusion_tag("components/heading.html", takes_context=True)
def heading(context: template.RequestContext, column: Any) -> dict[str, Any]:
    """Head a column of a `trial_edc.tables.Table`, with the link that sorts by it."""
    direction = "descending" if column.order_by_alias.is_descending else "ascending"
    order = direction if column.is_ordered else ""
    return {"request": context.request, "column": column, "order": order}


@register.inclusion_tag("components/filter_bar.html", takes_context=True)
def filter_bar(context: template.RequestContext, form: BaseForm) -> dict[str, Any]:
    """Narrow a list by the fields of a form; its chips and its order stay chosen."""
    visible = {bound.name for bound in form.visible_fields()}
    kept = {
        name: value
        for name, value in context.request.GET.items()
        if name not in visible and name != "page"
    }
    classes = {"select": "form-select"}
    fields = [
        (
            bound.label,
            bound.id_for_label,
            bound.as_widget(
                attrs={"class": classes.get(bound.widget_type, "form-control")}
            ),
        )
        for bound in form.visible_fields()
    ]
    return {"fields": fields, "kept": kept}


@register.simple_block_tag(takes_context=True)
def chip(  # noqa: PLR0917 - the parts of a link; a page names them by place
    context: template.RequestContext,
    content: str,
    name: str,
    value: object,
    chosen: object,
    *,
    alone: bool = False,
    title: str = "",
) -> SafeString:
    """Lead to the list filtered by `name` = `value`, on its first page.

    The other filters stay, unless `alone`; `value=None` takes this filter away.
    """
    query = context.request.GET.copy()
    for other in [*query] if alone else ["page", name]:
        if other != "sort":
            query.pop(other, None)
    if value is not None:
        query[name] = str(value)
    is_current = str(value or "") == str(chosen or "")
    return _chip(content, f"?{query.urlencode()}", "true" if is_current else "", title)


@register.simple_block_tag(takes_context=True)
def tab(context: template.RequestContext, content: str, view_name: str) -> SafeString:
    match = context.request.resolver_match
    is_here = match is not None and match.view_name == view_name
    return _chip(content, reverse(view_name), "page" if is_here else "", "")


def _chip(content: str, url: str, current: str, title: str) -> SafeString:
    context = {"content": content, "url": url, "current": current, "title": title}
    return render_to_string("components/chip.html", context)


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm | Sequence[ErrorLine] | None) -> dict[str, Any]:
    if not isinstance(form, BaseForm):
        return {"lines": form or []}
    lines = [ErrorLine(str(text)) for text in form.non_field_errors()]
    for field in form:
        lines += [
            ErrorLine(str(text), _anchor(field), str(field.label))
            for text in field.errors
        ]
    return {"lines": lines}


def _anchor(field: BoundField) -> str:
    """Of a group of buttons the first one."""
    return field.id_for_label or f"{field.auto_id}_0"


@register.inclusion_tag("components/field.html")
def field(bound: Any, *, hint: str = "") -> dict[str, Any]:
    kind = getattr(bound.field.widget, "input_type", "")
    group = kind in ("radio", "checkbox") and hasattr(bound.field.widget, "choices")
    single = kind == "checkbox" and not group
    css = {"select": "form-select", "checkbox": "form-check-input"}.get(
        kind, "form-control"
    )
    described = [f"{bound.auto_id}_help"] if bound.help_text or hint else []
    described += [f"{bound.auto_id}_errors"] if bound.errors else []
    attributes = {} if group else {"class": css}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return {
        "field": bound,
        "control": bound.as_widget(attrs=attributes),
        "group": group,
        "single": single,
        "hint": hint,
    }
