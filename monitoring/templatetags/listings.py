"""Links that filter and sort a listing and keep the rest of the query string."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.listings.selectors.listings import ListingColumn

register = template.Library()


def _query(context: Any, name: str, value: str | None) -> str:
    parameters = context["request"].GET.copy()
    parameters.pop(name, None)
    if value is not None:
        parameters[name] = value
    return f"?{parameters.urlencode()}"


@register.simple_tag(takes_context=True)
def facet_query(context: Any, name: str, key: str | None = None) -> str:
    """Address with this value of a filter, or without the filter for None."""
    return _query(context, name, key)


@register.simple_tag(takes_context=True)
def sort_link(context: Any, column: ListingColumn, sort: str) -> SafeString:
    """Heading that sorts by its column, in the other direction at a second click."""
    name = f"-{column.name}" if sort == column.name else column.name
    mark = {column.name: " ▲", f"-{column.name}": " ▼"}.get(sort, "")
    link = '<a href="{}">{}{}</a>'
    return format_html(link, _query(context, "sort", name), column.label, mark)
