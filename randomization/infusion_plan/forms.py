"""The planned infusion, as it is entered."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from randomization.forms import LONG_TEXT
from randomization.infusion_plan.rules import AMENDMENT_NEEDED
from trial_edc.protocol import InfusionPlan
from trial_edc.text_fields import TypedDecimal, TypedText


class InfusionPlanForm(forms.Form):
    """Dose, volume, rate and premedication, and why."""

    planned_dose_e6_per_kg = TypedDecimal(
        label=_("Planned dose, × 10⁶ viable cells per kg"), decimal_places=2
    )
    planned_volume_ml = TypedDecimal(
        label=_("Planned volume, mL"),
        decimal_places=1,
        help_text=_("The same in both arms."),
    )
    planned_rate_ml_min = TypedDecimal(
        label=_("Planned rate, mL/min"), decimal_places=2
    )
    premedication = TypedText(
        label=_("Premedication"),
        longest=500,
        help_text=_("One rule for both arms; “none” is an answer too."),
    )
    amendment = TypedText(
        label=_("Amendment of the protocol"),
        longest=100,
        required=False,
        help_text=_("Needed as soon as somebody is randomized."),
    )
    reason = TypedText(label=_("Reason"), longest=1000, widget=LONG_TEXT)

    def __init__(self, *args: Any, needs_amendment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needs_amendment:
            amendment = self.fields["amendment"]
            amendment.required, amendment.help_text = True, ""
            amendment.error_messages["required"] = _(AMENDMENT_NEEDED)

    @property
    def entered(self) -> dict[str, Any]:
        names = InfusionPlan.__dataclass_fields__
        plan = InfusionPlan(**{name: self.cleaned_data[name] for name in names})
        return {
            "plan": plan,
            "reason": self.cleaned_data["reason"],
            "amendment": self.cleaned_data["amendment"],
        }
