"""What narrows the lists of reports and cases beside their state."""

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.screening.rules.participant_numbers import typed_number
from trial_edc.text_fields import TypedText


class ReportFilterForm(forms.Form):
    """A participant by a part of the number."""

    participant = TypedText(
        label=_("Participant"),
        required=False,
        longest=40,
        widget=forms.SearchInput({"size": 8}),
    )

    @property
    def number(self) -> str:
        self.is_valid()
        return typed_number(self.cleaned_data.get("participant", ""))
