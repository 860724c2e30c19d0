"""Form fields and forms that the features of this room share."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trial_edc.text_fields import TypedText
from trial_edc.vocabulary import Codelist

LONG_TEXT = forms.Textarea({"rows": 3})


def choices(codelist: Any) -> list[tuple[str, Any]]:
    return [(code.value, gettext(code.label)) for code in codelist]


class CodelistField(forms.ChoiceField):
    """A choice from a codelist; the cleaned value is the code itself."""

    def __init__(self, codelist: type[Codelist], **options: Any) -> None:
        self.codelist = codelist
        options.setdefault("choices", lambda: [("", "—"), *choices(codelist)])
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        return self.codelist(code) if code else None


class ExplanationForm(forms.Form):
    """Why."""

    reason = TypedText(label=_("Reason"), longest=1000, widget=LONG_TEXT)
