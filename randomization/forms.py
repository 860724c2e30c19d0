"""What people type on the pages of this room."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.accounts.forms import ConfirmIdentityForm
from trial_edc.vocabulary import Codelist

WORDS = forms.Textarea({"rows": 3})


def choices(terms: Any) -> list[tuple[str, Any]]:
    """Return terms as choices, in the reader's language."""
    return [(term.value, gettext(term.label)) for term in terms]


class TermField(forms.ChoiceField):
    """One of the terms; gives the term itself."""

    def __init__(self, terms: type[Codelist], **options: Any) -> None:
        """Take the terms; the labels are translated when the form is shown."""
        self.terms = terms
        options.setdefault("choices", lambda: [("", "—"), *choices(terms)])
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        code = super().clean(value)
        return self.terms(code) if code else None


class ExplanationForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=WORDS)


class SignedForm(ConfirmIdentityForm):
    """Fields with the password after them."""

    def clean(self) -> dict[str, Any]:
        """Confirm who is at the keyboard with name and password alone."""
        identity: dict[str, Any] = {
            name: self.cleaned_data.pop(name)
            for name in ("username", "password")
            if name in self.cleaned_data
        }
        account, self.cleaned_data = self.cleaned_data, identity
        super().clean()
        self.cleaned_data = account
        return account
