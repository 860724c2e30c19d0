"""Tags of the entry pages."""

from collections.abc import Iterable

from django import template

from entry.form.page.item import ItemView
from entry.form.page.item_html import item_html
from entry.form.selectors import history
from entry.selectors import navigation

register = template.Library()


@register.filter
def all_hidden(views: Iterable[ItemView]) -> bool:
    return not any(view.is_visible for view in views)


register.simple_tag(item_html)
register.simple_tag(history.strike_out_of)
register.simple_tag(history.not_done_statement_of)
register.simple_tag(history.paper_statement_of)
register.simple_tag(navigation.form_title)
