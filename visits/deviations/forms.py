"""What the list of deviations is filtered by."""

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.deviations.selectors.lines import DeviationLine
from visits.deviations.vocabulary import DeviationCategory, Importance


class DeviationFilter(forms.Form):
    """What the list of deviations is filtered by; an odd choice counts as none."""

    participant = forms.CharField(label=_("Participant"), required=False, max_length=12)
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

    def takes(self, line: DeviationLine) -> bool:
        self.is_valid()
        said = self.cleaned_data
        number = said.get("participant", "").upper()
        return number in line.participant.number and all(
            said.get(item) in ("", None, line.data.get(item))
            for item in ("category", "importance")
        )
