"""What narrows the lists of reports and cases beside their state."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReportFilterForm(forms.Form):
    """A participant by a part of the number."""

    participant = forms.CharField(
        label=_("Participant"),
        required=False,
        max_length=12,
        widget=forms.SearchInput({"size": 8}),
    )

    @property
    def number(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("participant", "")).upper()
