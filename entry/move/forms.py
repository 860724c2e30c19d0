"""Input of the page that moves a form."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.screening.rules.participant_numbers import is_mistyped, typed_number
from entry.selectors.visibility import participants_visible_to
from record.accounts.forms import SignedForm
from record.accounts.models import User
from record.casebook.models import Participant
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import LONGEST_REASON

WORDS = forms.Textarea({"rows": 3})


class TargetForm(forms.Form):
    """The participant to whom the form belongs, typed with the check letter."""

    number = TypedText(
        label=_("Number of the participant to whom it belongs"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )
    other: Participant

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_number(self) -> str:
        number = typed_number(self.cleaned_data["number"])
        if is_mistyped(number):
            raise forms.ValidationError(
                gettext("The check letter does not fit. Read the number again.")
            )
        other = participants_visible_to(self.user).filter(number=number).first()
        if other is None:
            raise forms.ValidationError(gettext("No participant has this number."))
        self.other = other
        return number


class MoveForm(forms.Form):
    """Why the form is moved."""

    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON, widget=WORDS)
    proof = None

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del request  # it signs nothing


class SignedMoveForm(SignedForm):
    """Why the form is moved, and the password of the investigator."""

    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON, widget=WORDS)
    field_order = ("reason", "username", "password")
