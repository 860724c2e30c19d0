"""Input of the answer whether two participants are one person."""

from django import forms
from django.utils.translation import gettext_lazy as _

from enrollment.vocabulary import IdentityAnswer
from record.accounts.forms import SignedForm
from trial_edc.choices import choices
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import LONGEST_REASON


class IdentityAnswerForm(SignedForm):
    """The answer, why, and the password."""

    answer = forms.ChoiceField(
        label=_("Are they one person?"),
        choices=choices(IdentityAnswer),
        widget=forms.RadioSelect,
    )
    reason = TypedText(
        label=_("Why"),
        longest=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("What you compared, without a name or number of the hospital."),
    )
    field_order = ("answer", "reason", "username", "password")
