"""The layout of a form page, as crispy-forms layout objects."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import LayoutObject
from django import forms
from django.template.loader import get_template
from django.utils.functional import cached_property
from django.utils.safestring import SafeString, mark_safe

from entry.form.page.item import ItemView


class ItemForm(forms.Form):
    """The controls of one form; what is typed is parsed by the items, not here."""

    @cached_property
    def helper(self) -> FormHelper:
        """Draws the layout without a form tag of its own."""
        helper = FormHelper()
        helper.form_tag = helper.disable_csrf = False
        return helper


class SectionBlock(LayoutObject):
    """A section: its title, and each item with control, unit, help and marks."""

    def __init__(
        self, page: object, number: int, title: Any, views: list[ItemView]
    ) -> None:
        self.page, self.number, self.title, self.views = page, number, title, views
        self.fields: list[str] = []

    def render(
        self, form: forms.Form, context: Any, template_pack: Any = None, **_o: Any
    ) -> SafeString:
        del form, template_pack
        template = get_template("entry/form/section.html")
        values = {
            "title": self.title,
            "anchor": self.number,
            "views": self.views,
            "page": self.page,
        }
        return mark_safe(template.render({**context.flatten(), **values}))  # noqa: S308 - escaped by the template
