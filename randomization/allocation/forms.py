"""Input of the randomization page."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.screening.rules.participant_numbers import typed_number
from record.casebook.models import Participant
from trial_edc.text_fields import TypedText


class ConfirmNumberForm(forms.Form):
    """The participant's number, typed so that nobody randomizes the wrong person."""

    number = TypedText(
        label=_("Type the participant number to confirm"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, participant: Participant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.participant = participant

    def clean_number(self) -> str:
        typed = typed_number(self.cleaned_data["number"])
        if typed != self.participant.number:
            raise forms.ValidationError(
                gettext("This is not the number of this participant.")
            )
        return typed
