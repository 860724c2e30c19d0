"""What the two who lock or unlock the database write, with the password."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.accounts.forms import SignedForm
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import may_on
from record.casebook.models import Participant
from record.lock.readiness import Readiness
from record.lock.scope import RIGHTS, Scope
from record.lock.vocabulary import ClosingAct
from trial_edc.choices import choices
from trial_edc.text_fields import ShownDigest, TypedIdentifier, TypedText
from trial_edc.typed_text import LONGEST_REASON
from trial_edc.vocabulary import VisitCode

EXCEPTION = "exception_"
IDENTITY = ("username", "password")
SEPARATORS = re.compile(r"[\s,;，；、]+")


class ProposeUnlockForm(SignedForm):
    """Why the lock is lifted."""

    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON)
    field_order = ("reason",)


class ProposeLockForm(ProposeUnlockForm):
    """Why the database is locked, and why what is open is accepted."""

    shown = ShownDigest()

    def __init__(self, report: Readiness, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shown"].initial = report.digest
        for result in report.unready:
            if not result.check.strict:
                self.fields[f"{EXCEPTION}{result.check.name}"] = TypedText(
                    label=_("Why it is accepted: %(check)s")
                    % {"check": result.check.title},
                    longest=LONGEST_REASON,
                    required=False,
                )
        for name in IDENTITY:
            if name in self.fields:
                self.fields[name] = self.fields.pop(name)

    @property
    def exceptions(self) -> dict[str, str]:
        return {
            name.removeprefix(EXCEPTION): text
            for name, text in self.cleaned_data.items()
            if name.startswith(EXCEPTION)
        }


class ConfirmLockForm(SignedForm):
    """The second person's agreement with the proposal that was shown."""

    shown = forms.CharField(widget=forms.HiddenInput)


class ScopeForm(forms.Form):
    """Which forms are frozen, locked or opened again: of whom, where, of what kind."""

    act = forms.ChoiceField(label=_("Act"))
    participants = TypedText(
        label=_("Participants"),
        longest=2000,
        required=False,
        help_text=_("Numbers with spaces between them; empty for all."),
    )
    visit = forms.ChoiceField(
        label=_("Visit"),
        required=False,
        choices=[("", _("all visits")), *choices(VisitCode)],
    )
    code = forms.ChoiceField(label=_("Form"), required=False)

    def __init__(self, user: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        acts = [(act, _(act.label)) for act in ClosingAct if user.may(RIGHTS[act])]
        self.fields["act"].choices = acts  # type: ignore[attr-defined]
        rights = {RIGHTS[ClosingAct(act)] for act, _label in acts}
        codes = [
            (code, f"{code} · {design.title}")
            for code, design in catalogue.designs().items()
            if any(may_on(user, right, design) for right in rights)
        ]
        self.fields["code"].choices = [("", _("all forms")), *codes]  # type: ignore[attr-defined]

    def clean_participants(self) -> tuple[Participant, ...]:
        typed = SEPARATORS.split(self.cleaned_data["participants"])
        numbers = [TypedIdentifier().clean(text) for text in typed if text]
        if self.cleaned_data["participants"] and not numbers:
            raise ValidationError(gettext("Write a number, or leave this empty."))
        people = {p.number: p for p in Participant.objects.filter(number__in=numbers)}
        if unknown := [number for number in numbers if number not in people]:
            message = gettext("There is no such participant: %(numbers)s.")
            raise ValidationError(message % {"numbers": ", ".join(unknown)})
        return tuple(people[number] for number in dict.fromkeys(numbers))

    @property
    def scope(self) -> Scope:
        answers = self.cleaned_data
        return Scope(
            ClosingAct(answers["act"]),
            answers["participants"],
            answers["visit"],
            answers["code"],
        )


class ClosingForm(forms.Form):
    """The reason of the act, over the plan that was shown."""

    shown = forms.CharField(widget=forms.HiddenInput)
    reason = TypedText(label=_("Reason"), longest=LONGEST_REASON)
