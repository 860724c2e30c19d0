"""Forms of the pages on which a visit is missed, reopened or added."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from record.casebook.fields import SiteTimeField
from trial_edc.text_fields import TypedText
from visits.schedule.vocabulary import NotDoneReason


def pick(choices: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    return [("", "—"), *((code, _(label)) for code, label in choices)]


class MissedForm(forms.Form):
    """Why a visit did not take place."""

    reason = forms.ChoiceField(label=_("Why"), choices=pick(NotDoneReason.choices()))
    other = TypedText(
        label=_("Other reason"), required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("reason") == NotDoneReason.OTHER and not cleaned.get("other"):
            self.add_error("other", _("Write the reason."))
        return cleaned


class ReopenForm(forms.Form):
    """Why a missed visit is awaited again."""

    why = TypedText(label=_("Why"), widget=forms.Textarea({"rows": 2}))


class UnscheduledForm(forms.Form):
    """When an unscheduled visit is, and which forms it has."""

    appointment_at = SiteTimeField(label=_("Appointment"), required=False)
    with_examinations = forms.BooleanField(
        label=_("With vital signs and laboratory"), required=False
    )
