"""What a page posts about a query."""

from django.http import QueryDict

MAX_DIGITS = 9


def steps_shown(typed: QueryDict) -> int:
    """How many steps of a query the page showed; 0 where it says none."""
    text = typed.get("based_on", "")
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0
