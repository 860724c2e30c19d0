"""What the address of a list says, and what a page posts about a query."""

from collections.abc import Container

from django.http import QueryDict

MAX_DIGITS = 9


def steps_shown(typed: QueryDict) -> int:
    """How many steps of a query the page showed; 0 where it says none."""
    text = typed.get("based_on", "")
    return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0


def state_shown(typed: QueryDict, states: Container[str], default: str) -> str:
    """The state that a list shows; empty for all."""
    state = typed.get("state", default)
    return state if state in states else default
