"""Input of product staff: lots, movements and hand-overs."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from randomization.forms import CodelistField, choices
from randomization.product.selectors.lots import people_at_bedside
from randomization.vocabulary import (
    LotStatus,
    MovementKind,
    Product,
    ReleaseResult,
    Storage,
)
from record.casebook.fields import SiteTimeField
from trial_edc import clock
from trial_edc.text_fields import PlainText, TypedDecimal, TypedInteger, TypedText

# Dispensing is no entry: it follows from the product record.
ENTERED_KINDS = [kind for kind in MovementKind if kind != MovementKind.DISPENSED]


class LotForm(forms.Form):
    """Identity, release and status of a lot."""

    lot = PlainText(label=_("Lot number"), longest=60)
    product = CodelistField(Product, label=_("Product"))
    manufacturer = TypedText(label=_("Manufacturer"), longest=200)
    donor_code = PlainText(label=_("Donor code"), longest=60, required=False)
    passage = TypedInteger(
        label=_("Passage"), min_value=1, max_value=15, required=False
    )
    sterility = CodelistField(ReleaseResult, label=_("Sterility"), required=False)
    mycoplasma = CodelistField(ReleaseResult, label=_("Mycoplasma"), required=False)
    endotoxin = CodelistField(ReleaseResult, label=_("Endotoxin"), required=False)
    viability_pct = TypedDecimal(
        label=_("Viability at release, %"),
        min_value=0,
        max_value=100,
        decimal_places=1,
        required=False,
    )
    certificate = PlainText(label=_("Certificate"), longest=200, required=False)
    status = CodelistField(LotStatus, label=_("Status"))
    expires_at = SiteTimeField(label=_("Expires"))
    storage = CodelistField(Storage, label=_("Storage"))

    @property
    def values(self) -> dict[str, str]:
        return {name: _stored_text(value) for name, value in self.cleaned_data.items()}


class LotChangeForm(LotForm):
    """A change of a lot, with its reason; the number stays."""

    reason = TypedText(label=_("Reason of the change"), longest=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].disabled = True


class HandOverForm(forms.Form):
    """Into whose hands the covered bag goes, and when."""

    handed_to = forms.ModelChoiceField(people_at_bedside(), label=_("Handed over to"))
    at = SiteTimeField(label=_("Handed over"))


class MovementForm(forms.Form):
    """Containers of a lot that came, went or became warm."""

    kind = CodelistField(
        MovementKind,
        label=_("What happened"),
        choices=lambda: [("", "—"), *choices(ENTERED_KINDS)],
    )
    amount = TypedInteger(label=_("Containers"), min_value=1, max_value=100_000)
    at = SiteTimeField(label=_("When"))

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError(
                gettext("This is in the future. Check date and time.")
            )
        return at


def _stored_text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
