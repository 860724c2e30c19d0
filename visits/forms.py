"""What people type on the pages of this room."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from casebook import catalogue
from casebook.fields import SiteDateField, SiteTimeField
from trial_edc import clock
from visits import laboratories
from visits.laboratories import Range
from visits.models.measured import MEASURED
from visits.vocabulary.infusion import NotMeasuredReason
from visits.vocabulary.laboratory import Analyte, RangeSex
from visits.vocabulary.visit import NotDoneReason


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


class UnscheduledForm(forms.Form):
    """An unscheduled visit."""

    appointment_at = SiteTimeField(label=_("Appointment"), required=False)
    with_examinations = forms.BooleanField(
        label=_("With vital signs and laboratory"), required=False
    )


class StartForm(forms.Form):
    """The start of an infusion, or another time for it."""

    started_at = SiteTimeField(label=_("Start"), initial=clock.now)
    why = forms.CharField(label=_("Why does it change?"), required=False)


class StopForm(forms.Form):
    """The end of an infusion."""

    stopped_at = SiteTimeField(label=_("Stop"), initial=clock.now)


class VitalSignsForm(forms.Form):
    """One measurement at the bedside."""

    taken_at = SiteTimeField(label=_("Taken at"), initial=clock.now)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Ask what the form of the record asks."""
        super().__init__(*args, **kwargs)
        declared = catalogue.design("VSI").items
        for name in MEASURED:
            item = declared[name]
            unit = f" ({item.facts.unit})"
            self.fields[name] = forms.CharField(
                label=f"{item.verbose_name}{unit}",
                widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
            )

    def ask_to_explain(self, findings: dict[str, tuple[str, str]]) -> None:
        """Ask for an explanation of each improbable value, by check."""
        for check_id, (item, text) in findings.items():
            self.add_error(item if item in self.fields else None, text)
            self.fields[f"explain:{check_id}"] = forms.CharField(
                label=_("Correct it, or say why it stands"), required=False
            )

    @property
    def explanations(self) -> dict[str, str]:
        """Return what was written about improbable values."""
        return {
            name.removeprefix("explain:"): str(text)
            for name, text in self.data.items()
            if name.startswith("explain:") and text
        }


class NotTakenForm(forms.Form):
    """Why vital signs were not taken."""

    reason = forms.ChoiceField(
        label=_("Not taken because"), choices=pick(NotMeasuredReason.choices())
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
