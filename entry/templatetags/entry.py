"""Tags of the entry pages."""

from django import template

from casebook.models import FormInstance
from entry.work import form_words

register = template.Library()


@register.simple_tag
def form_title(form: FormInstance) -> str:
    """Return a form with its place, in words."""
    return form_words(form)
