"""Forms of laboratories and their reference ranges."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from record.casebook.fields import SiteDateField
from record.casebook.typed import unit_sign
from trial_edc.text_fields import TypedDecimal, TypedSlug, TypedText
from visits.laboratory import services as laboratories
from visits.laboratory.services import Range
from visits.laboratory.vocabulary import Analyte, RangeSex
from visits.schedule.forms import pick


class LaboratoryForm(forms.Form):
    """A laboratory of the register."""

    code = TypedSlug(
        label=_("Code"), max_length=20, help_text=_("Stands in imported files.")
    )
    name = TypedText(label=_("Name"), longest=200)


class RangeForm(forms.Form):
    """A reference range of a laboratory."""

    analyte = forms.ChoiceField(label=_("Analyte"), choices=pick(Analyte.choices()))
    sex = forms.ChoiceField(label=_("For"), choices=pick(RangeSex.choices()))
    unit = TypedText(label=_("Unit"), longest=12)
    low = TypedDecimal(label=_("Low"), required=False)
    high = TypedDecimal(label=_("High"), required=False)
    valid_from = SiteDateField(label=_("Valid from"))
    valid_to = SiteDateField(label=_("Valid to"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("low"), cleaned.get("high")
        if low is None and high is None and "low" not in self.errors:
            self.add_error("low", _("Enter at least one limit."))
        if low is not None and high is not None and low >= high:
            self.add_error("high", _("High must be above low."))
        units = (
            laboratories.units_of(cleaned["analyte"]) if cleaned.get("analyte") else []
        )
        if units and cleaned.get("unit"):
            signs = {unit_sign(unit): unit for unit in units}
            cleaned["unit"] = signs.get(unit_sign(cleaned["unit"]), "")
            if not cleaned["unit"]:
                text = _("Enter one of: %(units)s.") % {"units": ", ".join(units)}
                self.add_error("unit", text)
        return cleaned

    @property
    def reference_range(self) -> Range:
        cleaned = self.cleaned_data
        limits: dict[str, Decimal | None] = {
            "low": cleaned["low"],
            "high": cleaned["high"],
        }
        return Range(
            analyte=Analyte(cleaned["analyte"]),
            sex=cleaned["sex"],
            unit=cleaned["unit"],
            valid_from=cleaned["valid_from"],
            valid_to=cleaned["valid_to"],
            **limits,
        )
