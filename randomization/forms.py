"""What people type on the pages of this room."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from randomization.study.rules import steps
from randomization.selectors import people_at_bedside
from randomization.code_breaks.services.code_breaks import BREAKS, RECORDS, Account
from randomization.vocabulary import (
    CodeBreakCategory,
    CodeBreakKind,
    LotStatus,
    MovementKind,
    Product,
    ReleaseResult,
    Storage,
    StudyStatus,
)
from record.accounts.forms import ConfirmIdentityForm
from record.casebook.fields import SiteTimeField
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.vocabulary import Term

WORDS = forms.Textarea({"rows": 3})
# What the desk enters; what is dispensed, the product record itself takes.
BY_HAND = [kind for kind in MovementKind if kind != MovementKind.DISPENSED]
YES_NO = (("", "—"), ("Y", _("Yes")), ("N", _("No")))


def choices(terms: Any) -> list[tuple[str, Any]]:
    """Return terms as choices, in the reader's language."""
    return [(term.value, gettext(term.label)) for term in terms]


class TermField(forms.ChoiceField):
    """One of the terms; gives the term itself."""

    def __init__(self, terms: type[Term], **options: Any) -> None:
        """Take the terms; the labels are translated when the form is shown."""
        self.terms = terms
        options.setdefault("choices", lambda: [("", "—"), *choices(terms)])
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        """Return the term."""
        code = super().clean(value)
        return self.terms(code) if code else None


class ConfirmNumberForm(forms.Form):
    """The participant's number, typed so that nobody randomises the wrong person."""

    number = forms.CharField(
        label=_("Type the participant number to confirm"),
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def __init__(self, participant: Participant, *args: Any, **kwargs: Any) -> None:
        """Take the participant."""
        super().__init__(*args, **kwargs)
        self.participant = participant

    def clean_number(self) -> str:
        """Refuse another number."""
        typed: str = self.cleaned_data["number"].strip().upper()
        if typed != self.participant.number:
            raise forms.ValidationError(
                gettext("This is not the number of this participant.")
            )
        return typed


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=WORDS)


class StatusForm(ReasonForm):
    """The next step of the study."""

    status = TermField(StudyStatus, label=_("Next"))
    field_order = ("status",)

    def __init__(self, present: StudyStatus, *args: Any, **kwargs: Any) -> None:
        """Offer the steps that are possible."""
        super().__init__(*args, **kwargs)
        self.fields["status"].choices = choices(steps(present))  # type: ignore[attr-defined]


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
        """Offer these kinds."""
        self.fields["kind"].choices = choices(kinds)  # type: ignore[attr-defined]

    @property
    def account(self) -> Account:
        """Return what was typed."""
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


class SignedForm(ConfirmIdentityForm):
    """Fields with the password after them."""

    def clean(self) -> dict[str, Any]:
        """Confirm who is at the keyboard with name and password alone."""
        identity: dict[str, Any] = {
            name: self.cleaned_data.pop(name)
            for name in ("username", "password")
            if name in self.cleaned_data
        }
        account, self.cleaned_data = self.cleaned_data, identity
        super().clean()
        self.cleaned_data = account
        return account


class ProposeOpeningForm(SignedForm):
    """Why the code is opened, with the password."""

    said = forms.CharField(label=_("Reason"), max_length=1000, widget=WORDS)
    field_order = ("said",)

    @property
    def reason(self) -> str:
        """Return what was typed."""
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
        """Return the participant."""
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


class LotForm(forms.Form):
    """Identity, release and status of a lot."""

    lot = forms.CharField(label=_("Lot number"), max_length=60)
    product = TermField(Product, label=_("Product"))
    manufacturer = forms.CharField(label=_("Manufacturer"), max_length=200)
    donor_code = forms.CharField(label=_("Donor code"), max_length=60, required=False)
    passage = forms.IntegerField(
        label=_("Passage"), min_value=1, max_value=15, required=False
    )
    sterility = TermField(ReleaseResult, label=_("Sterility"), required=False)
    mycoplasma = TermField(ReleaseResult, label=_("Mycoplasma"), required=False)
    endotoxin = TermField(ReleaseResult, label=_("Endotoxin"), required=False)
    viability_pct = forms.DecimalField(
        label=_("Viability at release, %"),
        min_value=0,
        max_value=100,
        decimal_places=1,
        required=False,
    )
    certificate = forms.CharField(
        label=_("Certificate"), max_length=200, required=False
    )
    status = TermField(LotStatus, label=_("Status"))
    expires_at = SiteTimeField(label=_("Expires"))
    storage = TermField(Storage, label=_("Storage"))

    @property
    def values(self) -> dict[str, str]:
        """Return what was typed as plain texts."""
        return {name: _plain(value) for name, value in self.cleaned_data.items()}


class LotChangeForm(LotForm):
    """A change of a lot, with its reason; the number stays."""

    reason = forms.CharField(label=_("Reason of the change"), max_length=1000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Keep the number."""
        super().__init__(*args, **kwargs)
        self.fields["lot"].disabled = True


class HandOverForm(forms.Form):
    """Into whose hands the covered bag goes, and when."""

    handed_to = forms.ModelChoiceField(people_at_bedside(), label=_("Handed over to"))
    at = SiteTimeField(label=_("Handed over"))


class MovementForm(forms.Form):
    """Containers of a lot that came, went or became warm."""

    kind = TermField(
        MovementKind,
        label=_("What happened"),
        choices=lambda: [("", "—"), *choices(BY_HAND)],
    )
    amount = forms.IntegerField(label=_("Containers"), min_value=1, max_value=100_000)
    at = SiteTimeField(label=_("When"))

    def clean_at(self) -> datetime:
        """Refuse the future."""
        at: datetime = self.cleaned_data["at"]
        if at > clock.now():
            raise forms.ValidationError(
                gettext("This is in the future. Check date and time.")
            )
        return at


def _plain(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
