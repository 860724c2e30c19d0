"""Input of the pages of code breaks."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.screening.rules.participant_numbers import typed_number
from randomization.code_breaks.services.code_breaks import (
    BREAK_PERMISSIONS,
    RECORDED_KINDS,
    CodeBreakDetails,
)
from randomization.forms import LONG_TEXT, CodelistField, choices
from randomization.vocabulary import (
    CodeBreakCategory,
    CodeBreakKind,
)
from record.accounts.forms import SignedForm
from record.casebook.fields import SiteTimeField
from record.casebook.models import Participant
from trial_edc.text_fields import TypedText

YES_NO = (("", "—"), ("Y", _("Yes")), ("N", _("No")))


class CodeBreakFields(forms.Form):
    """What is written down of a code break."""

    kind = CodelistField(CodeBreakKind, label=_("Kind"))
    category = CodelistField(CodeBreakCategory, label=_("Why"))
    reason = TypedText(
        label=_("What makes it necessary"),
        longest=2000,
        widget=LONG_TEXT,
        help_text=_("Never write an arm or a product here."),
    )
    disclosed_to = TypedText(
        label=_("Who is told the arm"), longest=500, required=False
    )
    participant_told = forms.ChoiceField(
        label=_("Is the participant told?"), choices=YES_NO, required=False
    )
    treatment_continues = forms.ChoiceField(
        label=_("Does study treatment go on?"), choices=YES_NO, required=False
    )

    def offer(self, kinds: Any) -> None:
        self.fields["kind"].choices = choices(kinds)  # type: ignore[attr-defined]

    @property
    def details(self) -> CodeBreakDetails:
        answers = self.cleaned_data
        yes_no = {"Y": True, "N": False}
        return CodeBreakDetails(
            kind=answers["kind"],
            category=answers["category"],
            reason=answers["reason"],
            disclosed_to=answers["disclosed_to"],
            participant_told=yes_no.get(answers["participant_told"]),
            treatment_continues=yes_no.get(answers["treatment_continues"]),
        )


class ProposeOpeningForm(SignedForm):
    """Why the code is opened, with the password."""

    opening_reason = TypedText(label=_("Reason"), longest=1000, widget=LONG_TEXT)
    field_order = ("opening_reason",)

    @property
    def reason(self) -> str:
        return str(self.cleaned_data["opening_reason"])


class CodeBreakForm(CodeBreakFields, SignedForm):
    """A code break, with the password."""

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.offer(
            [kind for kind, may in BREAK_PERMISSIONS.items() if request.user.may(may)]
        )
        for name in ("username", "password"):
            if name in self.fields:
                self.fields[name] = self.fields.pop(name)


class ParticipantForm(forms.Form):
    """The number of a participant."""

    number = TypedText(label=_("Participant number"), longest=40)

    def clean_number(self) -> Participant:
        typed = typed_number(self.cleaned_data["number"])
        participant = Participant.objects.filter(number=typed).first()
        if participant is None:
            raise forms.ValidationError(gettext("There is no such participant."))
        return participant


class RecordCodeBreakForm(CodeBreakFields, ParticipantForm):
    """A break that happened by accident or outside the system."""

    at = SiteTimeField(label=_("When"))
    field_order = ("number", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(RECORDED_KINDS)
