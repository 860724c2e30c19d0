"""Words that lines and time lines of the trail share."""

from typing import Any

from django.utils.translation import gettext as _

from monitoring.trail.vocabulary import ACT_WORDS, TABLE_WORDS
from record.casebook import catalogue
from record.casebook.models import FormInstance


def act_words(name: str) -> str:
    return _(ACT_WORDS[name]) if name in ACT_WORDS else name.replace("_", " ")


def table_words(name: str) -> str:
    """What a row is; "" of a form, which has a title."""
    return _(TABLE_WORDS[name]) if name in TABLE_WORDS else ""


def form_title(form: FormInstance) -> str:
    design = catalogue.design(form.code)
    number = f" {form.occurrence}" if design.is_repeated or form.is_further else ""
    paper = _("from paper") if form.from_paper else ""
    return " · ".join(filter(None, (f"{design.title}{number}", form.visit, paper)))


def item_label(form: FormInstance | None, name: Any) -> str:
    """The label of an item; of one that the form does not have, its name."""
    items = catalogue.design(form.code).items if form else {}
    return str(items[name].verbose_name) if name in items else str(name)
