"""The name of a filter, and a review of a report."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.trail.models import LONGEST_FINDINGS, LONGEST_NAME, LONGEST_QUERY
from trial_edc import clock
from trial_edc.text_fields import TypedText

LATER_THAN_TODAY = _("This day is still to come: a review covers what is past.")
ENDS_BEFORE = _("The period ends before it begins: exchange the two days.")


class _Day(forms.DateField):
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")


class ReviewForm(forms.Form):
    """A period of whole days, and what was found in it."""

    since = _Day(label=_("From"))
    until = _Day(label=_("Until, this day included"))
    findings = TypedText(
        label=_("Findings"),
        longest=LONGEST_FINDINGS,
        widget=forms.Textarea({"rows": 4}),
        help_text=_("Also write down that nothing was found."),
    )

    def clean_until(self) -> date:
        until: date = self.cleaned_data["until"]
        if until > clock.today():
            raise forms.ValidationError(LATER_THAN_TODAY)
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("until", ENDS_BEFORE)
        return cleaned


class SaveFilterForm(forms.Form):
    """A filter as the address has it, and its name."""

    name = TypedText(label=_("Name"), longest=LONGEST_NAME)
    query = forms.CharField(
        max_length=LONGEST_QUERY, required=False, widget=forms.HiddenInput
    )
