"""What is typed about monitoring visits."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from monitoring.visits.models import LONGEST, LONGEST_LETTER
from monitoring.visits.selectors import owners
from monitoring.visits.vocabulary import (
    FindingCategory,
    FindingSeverity,
    MonitoringKind,
)
from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import visible_codes
from record.casebook.models import Participant
from trial_edc.choices import choices
from trial_edc.text_fields import TypedIdentifier, TypedText

NOBODY_OF_THIS_NUMBER = _("There is no participant of this number.")


class _VisitDay(forms.DateField):
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")


def _text_area(label: Any, longest: int, rows: int, **options: Any) -> TypedText:
    widget = forms.Textarea({"rows": rows})
    return TypedText(label=label, longest=longest, widget=widget, **options)


class PlanVisitForm(forms.Form):
    """A visit that is to come."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(MonitoringKind))
    planned_on = _VisitDay(label=_("Planned on"))


class VisitDoneForm(forms.Form):
    """The days of a visit, whom the monitor met, and the follow-up letter."""

    started_on = _VisitDay(label=_("From"))
    ended_on = _VisitDay(label=_("Until, this day included"))
    people_met = _text_area(_("People met"), LONGEST, 2)
    letter = _text_area(
        _("Follow-up letter"),
        LONGEST_LETTER,
        6,
        help_text=_("What was done and agreed; the report has it with the findings."),
    )


class VisitReasonForm(forms.Form):
    """Why a visit is cancelled or a finding withdrawn."""

    reason = TypedText(label=_("Reason"), longest=LONGEST)


class FindingForm(forms.Form):
    """A finding, about a participant and a form where it is about one."""

    category = forms.ChoiceField(label=_("Category"), choices=choices(FindingCategory))
    severity = forms.ChoiceField(
        label=_("Severity"),
        choices=choices(FindingSeverity),
        initial=FindingSeverity.MINOR.value,
    )
    participant = TypedIdentifier(
        label=_("Participant"), required=False, help_text=_("The number, if any.")
    )
    code = forms.ChoiceField(label=_("Form"), required=False)
    text = _text_area(_("Finding"), LONGEST, 3)

    def __init__(self, reader: User, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        codes = visible_codes(reader)
        self.fields["code"].choices = [  # type: ignore[attr-defined]
            ("", _("none")),
            *((code, f"{code} · {catalogue.design(code).title}") for code in codes),
        ]

    def clean_participant(self) -> Participant | None:
        number = self.cleaned_data["participant"]
        if not number:
            return None
        person = Participant.objects.filter(number=number).first()
        if person is None:
            raise forms.ValidationError(NOBODY_OF_THIS_NUMBER)
        return person


class ActionForm(forms.Form):
    """Who is to do what until when."""

    task = _text_area(_("What is to be done"), LONGEST, 2)
    owner = forms.ModelChoiceField(
        label=_("Owner"), queryset=User.objects.none(), empty_label=_("choose")
    )
    due_on = _VisitDay(label=_("Due"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        keys = [person.pk for person in owners()]
        people = User.objects.filter(pk__in=keys).order_by("full_name")
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class OutcomeForm(forms.Form):
    """What was done, with which an action is closed."""

    outcome = TypedText(label=_("What was done"), longest=LONGEST)
