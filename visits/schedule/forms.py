"""What people type on the pages of this room."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from record.casebook.fields import SiteDateField, SiteTimeField
from visits.laboratory import services as laboratories
from visits.deviations.page import Line
from visits.laboratory.services import Range
from visits.laboratory.vocabulary import Analyte, RangeSex
from visits.schedule.vocabulary import DeviationCategory, Importance, NotDoneReason


def pick(choices: list[tuple[str, str]]) -> list[tuple[str, Any]]:
    """Return choices that begin with none, translated where they are shown."""
    return [("", "—"), *((code, _(label)) for code, label in choices)]


class MissedForm(forms.Form):
    """Why a visit did not take place."""

    reason = forms.ChoiceField(label=_("Why"), choices=pick(NotDoneReason.choices()))
    other = forms.CharField(
        label=_("Other reason"), required=False, widget=forms.Textarea({"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Ask for words where the list has none."""
        cleaned = super().clean() or {}
        if cleaned.get("reason") == NotDoneReason.OTHER and not cleaned.get("other"):
            self.add_error("other", _("Write the reason."))
        return cleaned


class ReopenForm(forms.Form):
    """Why a missed visit is awaited again."""

    why = forms.CharField(label=_("Why"), widget=forms.Textarea({"rows": 2}))


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

    def takes(self, line: Line) -> bool:
        """Tell whether a line fits the filter."""
        self.is_valid()
        said = self.cleaned_data
        number = said.get("participant", "").upper()
        return number in line.participant.number and all(
            said.get(item) in ("", None, line.sheet.get(item))
            for item in ("category", "importance")
        )


class UnscheduledForm(forms.Form):
    """An unscheduled visit."""

    appointment_at = SiteTimeField(label=_("Appointment"), required=False)
    with_examinations = forms.BooleanField(
        label=_("With vital signs and laboratory"), required=False
    )


class LaboratoryForm(forms.Form):
    """A laboratory."""

    code = forms.SlugField(
        label=_("Code"), max_length=20, help_text=_("Stands in imported files.")
    )
    name = forms.CharField(label=_("Name"), max_length=200)


class RangeForm(forms.Form):
    """A reference range of a laboratory."""

    analyte = forms.ChoiceField(label=_("Analyte"), choices=pick(Analyte.choices()))
    sex = forms.ChoiceField(label=_("For"), choices=pick(RangeSex.choices()))
    unit = forms.CharField(label=_("Unit"), max_length=12)
    low = forms.DecimalField(label=_("Low"), required=False)
    high = forms.DecimalField(label=_("High"), required=False)
    valid_from = SiteDateField(label=_("Valid from"))
    valid_to = SiteDateField(label=_("Valid to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse limits that limit nothing, and foreign units."""
        cleaned = super().clean() or {}
        low, high = cleaned.get("low"), cleaned.get("high")
        if low is None and high is None and "low" not in self.errors:
            self.add_error("low", _("Enter at least one limit."))
        if low is not None and high is not None and low >= high:
            self.add_error("high", _("High must be above low."))
        units = (
            laboratories.units_of(cleaned["analyte"]) if cleaned.get("analyte") else []
        )
        if units and cleaned.get("unit") not in units:
            text = _("Enter one of: %(units)s.") % {"units": ", ".join(units)}
            self.add_error("unit", text)
        return cleaned

    @property
    def entered(self) -> Range:
        """Return the range."""
        said = self.cleaned_data
        limits: dict[str, Decimal | None] = {"low": said["low"], "high": said["high"]}
        return Range(
            analyte=Analyte(said["analyte"]),
            sex=said["sex"],
            unit=said["unit"],
            valid_from=said["valid_from"],
            valid_to=said["valid_to"],
            **limits,
        )
