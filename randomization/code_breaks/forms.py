"""What is written down of a code break."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from randomization.code_breaks.services.code_breaks import BREAKS, RECORDS, Account
from randomization.forms import WORDS, SignedForm, TermField, choices
from randomization.product.forms import YES_NO
from randomization.vocabulary import (
    CodeBreakCategory,
    CodeBreakKind,
)
from record.casebook.fields import SiteTimeField
from record.casebook.models import Participant


class AccountFields(forms.Form):
    """What is written down of a code break."""

    kind = TermField(CodeBreakKind, label=_("Kind"))
    category = TermField(CodeBreakCategory, label=_("Why"))
    reason = forms.CharField(
        label=_("What makes it necessary"),
        max_length=2000,
        widget=WORDS,
        help_text=_("Never write an arm or a product here."),
    )
    disclosed_to = forms.CharField(
        label=_("Who is told the arm"), max_length=500, required=False
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
    def account(self) -> Account:
        said = self.cleaned_data
        answers = {"Y": True, "N": False}
        return Account(
            kind=said["kind"],
            category=said["category"],
            reason=said["reason"],
            disclosed_to=said["disclosed_to"],
            participant_told=answers.get(said["participant_told"]),
            treatment_continues=answers.get(said["treatment_continues"]),
        )


class ProposeOpeningForm(SignedForm):
    """Why the code is opened, with the password."""

    said = forms.CharField(label=_("Reason"), max_length=1000, widget=WORDS)
    field_order = ("said",)

    @property
    def reason(self) -> str:
        return str(self.cleaned_data["said"])


class CodeBreakForm(AccountFields, SignedForm):
    """A code break, with the password."""

    def __init__(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Offer the kinds that the role may break."""
        super().__init__(request, *args, **kwargs)
        self.offer([kind for kind, may in BREAKS.items() if request.user.may(may)])
        for name in ("username", "password"):
            if name in self.fields:
                self.fields[name] = self.fields.pop(name)


class ParticipantForm(forms.Form):
    """The number of a participant."""

    number = forms.CharField(label=_("Participant number"), max_length=12)

    def clean_number(self) -> Participant:
        typed = self.cleaned_data["number"].strip().upper()
        found = Participant.objects.filter(number=typed).first()
        if found is None:
            raise forms.ValidationError(gettext("There is no such participant."))
        return found


class RecordCodeBreakForm(AccountFields, ParticipantForm):
    """A break that happened by accident or outside the system."""

    at = SiteTimeField(label=_("When"))
    field_order = ("number", "at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the kinds that are recorded, not made, here."""
        super().__init__(*args, **kwargs)
        self.offer(RECORDS)
