"""The filter of the list of deviations."""

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.deviations.selectors.lines import DeviationLine
from visits.deviations.vocabulary import DeviationCategory, Importance


class DeviationFilter(forms.Form):
    """An invalid choice counts as none."""

    participant = forms.CharField(
        label=_("Participant"),
        required=False,
        max_length=12,
        widget=forms.SearchInput({"size": 8}),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("all")), *((c, _(w)) for c, w in DeviationCategory.choices())],
    )
    importance = forms.ChoiceField(
        label=_("Class"),
        required=False,
        choices=[("", _("all")), *((c, _(w)) for c, w in Importance.choices())],
    )

    def matches(self, line: DeviationLine) -> bool:
        self.is_valid()
        cleaned = self.cleaned_data
        number = cleaned.get("participant", "").upper()
        return number in line.participant.number and all(
            cleaned.get(item) in ("", None, line.data.get(item))
            for item in ("category", "importance")
        )
