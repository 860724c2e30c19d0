"""Tags of the entry pages."""

from collections.abc import Iterable

from django import template
from django.utils.translation import gettext as _

from accounts.roles import Role
from capture.vocabulary import ChangeReason, StrikeReason
from casebook.models import FormInstance
from entry.item_view import ItemView
from entry.work import form_words

register = template.Library()
REASONS = {one.value: one.label for one in (*ChangeReason, *StrikeReason)}


@register.simple_tag
def form_title(form: FormInstance) -> str:
    """Return a form with its place, in words."""
    return form_words(form)


@register.filter
def role_word(code: str) -> str:
    """Return the words of a role; what the system did has none."""
    return _(Role(code).label) if code in set(Role) else code


@register.filter
def reason_word(code: str) -> str:
    """Return the words of a reason, as its pick list has them."""
    return _(REASONS[code]) if code in REASONS else code


@register.filter
def all_hidden(views: Iterable[ItemView]) -> bool:
    """Tell whether no item of a section stands on the page."""
    return not any(view.is_visible for view in views)
