"""Links that filter a listing and keep the rest of the query string."""

from typing import Any

from django import template

register = template.Library()


@register.simple_tag(takes_context=True)
def facet_query(context: Any, name: str, key: str | None = None) -> str:
    """Address with this value of a filter, or without the filter for None."""
    parameters = context["request"].GET.copy()
    for other in (name, "page"):
        parameters.pop(other, None)
    if key is not None:
        parameters[name] = key
    return f"?{parameters.urlencode()}"
