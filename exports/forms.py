"""Form of a new export."""

from django.forms import CheckboxSelectMultiple, Form, MultipleChoiceField
from django.utils.translation import gettext_lazy as _

from exports.selectors.blinded import blinded_designs
from exports.selectors.form_tables import ENDPOINTS


def tables() -> list[tuple[str, object]]:
    choices = [(code, design.title) for code, design in blinded_designs().items()]
    return [*choices, (ENDPOINTS, _("Derived endpoints"))]


class ExportForm(Form):
    """The tables of a new export."""

    forms = MultipleChoiceField(
        label=_("Tables"),
        choices=tables,
        widget=CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one table.")},
    )
