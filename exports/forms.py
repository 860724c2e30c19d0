"""Form of a new export."""

from typing import Any, cast

from django.conf import settings
from django.forms import (
    CheckboxSelectMultiple,
    ChoiceField,
    Form,
    MultipleChoiceField,
    RadioSelect,
)
from django.utils.translation import gettext_lazy as _

from exports.selectors.blinded import blinded_designs
from exports.selectors.casebook_copy import participants_to_copy
from exports.selectors.form_tables import ENDPOINTS
from record.accounts.models import User


def tables() -> list[tuple[str, object]]:
    choices = [(code, design.title) for code, design in blinded_designs().items()]
    return [*choices, (ENDPOINTS, _("Derived endpoints"))]


class CasebooksForm(Form):
    """The casebooks of a new export; `reader` may take those of the participants."""

    participants = MultipleChoiceField(
        label=_("Participants"),
        widget=CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one participant.")},
    )
    language = ChoiceField(
        label=_("Language of the copy"), choices=settings.LANGUAGES, widget=RadioSelect
    )

    def __init__(self, data: Any, *, reader: User, language: str) -> None:
        numbers = participants_to_copy(reader).values_list("number", flat=True)
        initial = {"participants": list(numbers), "language": language}
        super().__init__(data, initial=initial)
        participants = cast("MultipleChoiceField", self.fields["participants"])
        participants.choices = [(number, number) for number in initial["participants"]]


class ExportForm(Form):
    """The tables of a new export."""

    forms = MultipleChoiceField(
        label=_("Tables"),
        choices=tables,
        widget=CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one table.")},
    )
