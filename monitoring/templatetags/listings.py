"""Links that filter and sort a listing, with the rest of the question kept."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.listings.selectors import ListingColumn

register = template.Library()


def _query(context: Any, name: str, value: str | None) -> str:
    asked = context["request"].GET.copy()
    asked.pop(name, None)
    if value is not None:
        asked[name] = value
    return f"?{asked.urlencode()}"


@register.simple_tag(takes_context=True)
def facet_query(context: Any, name: str, key: str | None = None) -> str:
    """Return the address with a value of a filter; without it when none is given."""
    return _query(context, name, key)


@register.simple_tag(takes_context=True)
def sort_link(context: Any, column: ListingColumn, sort: str) -> SafeString:
    """Return a heading that sorts by its column, the other way at a second click."""
    name = f"-{column.name}" if sort == column.name else column.name
    mark = {column.name: " ▲", f"-{column.name}": " ▼"}.get(sort, "")
    link = '<a href="{}">{}{}</a>'
    return format_html(link, _query(context, "sort", name), column.label, mark)
