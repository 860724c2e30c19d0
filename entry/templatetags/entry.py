"""Tags of the entry pages."""

from collections.abc import Iterable

from django import template

from entry.form.page.item import ItemView
from entry.form.selectors import history
from entry.worklist.selectors.work import form_words
from record.casebook.models import FormInstance

register = template.Library()


@register.simple_tag
def form_title(form: FormInstance) -> str:
    return form_words(form)


@register.filter
def all_hidden(views: Iterable[ItemView]) -> bool:
    return not any(view.is_visible for view in views)


register.simple_tag(history.strike_out_of)
