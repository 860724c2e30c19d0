"""Input for a version of the consent document."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.consent.services import NewVersion
from enrollment.vocabulary import (
    ConsentConcerns,
)
from record.casebook.fields import SiteDateField
from trial_edc import clock
from trial_edc.choices import choices
from trial_edc.text_fields import PlainText, TypedText


class ConsentVersionForm(forms.Form):
    """A new version of the consent document."""

    version = PlainText(
        label=_("Version"), longest=20, help_text=_("As printed on the document.")
    )
    ethics_approved_on = SiteDateField(label=_("Approved by the ethics board"))
    effective_from = SiteDateField(
        label=_("In force from"),
        help_text=_("From this day on consent is given on this version alone."),
    )
    concerns = forms.ChoiceField(
        label=_("Concerns"),
        choices=choices(ConsentConcerns),
        widget=forms.RadioSelect,
        help_text=_("Who is concerned is asked again; the page “My work” says whom."),
    )
    changes = TypedText(
        label=_("What changed"), longest=2000, widget=forms.Textarea({"rows": 3})
    )

    def clean_ethics_approved_on(self) -> date:
        on: date = self.cleaned_data["ethics_approved_on"]
        if on > clock.today():
            raise forms.ValidationError(_("This lies in the future."))
        return on

    @property
    def new_version(self) -> NewVersion:
        return NewVersion(**self.cleaned_data)
