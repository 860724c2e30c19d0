"""Forms for a case that became known after the lock."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from record.casebook import items
from record.casebook.fields import SiteDateField, SiteTimeField
from record.casebook.models import FormInstance, Participant
from record.casebook.values import Partial
from safety.after_lock.services import events_of
from safety.models import LateCase
from safety.models.report import NO_NAMES
from safety.vocabulary import Causality, EventOutcome, Seriousness
from trial_edc import clock, dates
from trial_edc.choices import choices
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import LONGEST_REASON

WHY = _("Why it changes")
PICK = ("", "—")


class PartialDateField(forms.CharField):
    """A date with the precision known (year, month or day); kept as typed."""

    item = items.PartialDate()

    def clean(self, value: Any) -> str:
        date_known = self.item.parse(super().clean(value))
        if isinstance(date_known, Partial) and date_known.earliest > clock.today():
            raise ValidationError(gettext("This date lies in the future."))
        return date_known.text if isinstance(date_known, Partial) else ""


class CaseForm(forms.Form):
    """The case as the site describes it."""

    about = forms.ChoiceField(label=_("Goes on with"), required=False)
    term = TypedText(label=_("Term"), longest=200)
    onset = PartialDateField(
        label=_("Onset"),
        widget=forms.TextInput({"placeholder": "2026-03-08", "class": "date-input"}),
    )
    aware_at = SiteTimeField(label=_("Site aware at"))
    seriousness = forms.MultipleChoiceField(
        label=_("Criteria of seriousness"),
        choices=choices(Seriousness),
        widget=forms.CheckboxSelectMultiple,
    )
    causality = forms.ChoiceField(
        label=_("Caused by the study infusion"),
        choices=[PICK, *choices(Causality)],
        required=False,
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[PICK, *choices(EventOutcome)]
    )
    narrative = TypedText(
        label=_("Narrative"),
        help_text=NO_NAMES,
        longest=8000,
        widget=forms.Textarea({"rows": 6}),
    )

    def __init__(self, participant: Participant, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.events = {str(form.pk): form for form in events_of(participant)}
        field = self.fields["about"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
        words = (
            (pk, f"{form.code} {form.occurrence}") for pk, form in self.events.items()
        )
        field.choices = [PICK, *words]

    def clean_about(self) -> FormInstance | None:
        return self.events.get(self.cleaned_data["about"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        aware_at, onset = cleaned.get("aware_at"), cleaned.get("onset")
        if aware_at and aware_at > clock.now():
            self.add_error("aware_at", gettext("This time lies in the future."))
        elif aware_at and onset and dates.site_date(aware_at) < Partial(onset).earliest:
            text = gettext("The site cannot be aware before the event began.")
            self.add_error("aware_at", text)
        return cleaned


class ChangeForm(CaseForm):
    """A change of the case, with its reason."""

    why = TypedText(label=WHY, longest=LONGEST_REASON)


class AssessmentForm(forms.Form):
    """The case as the sponsor sees it."""

    sponsor_aware_at = SiteTimeField(label=_("Sponsor aware at"))
    causality_sponsor = forms.ChoiceField(
        label=_("Causality, as the sponsor sees it"),
        choices=[PICK, *choices(Causality)],
    )
    expected = forms.TypedChoiceField(
        label=_("Expected by the reference safety information?"),
        choices=[PICK, ("Y", _("Yes")), ("N", _("No"))],
        coerce=lambda code: code == "Y",
        help_text=_("Always judged against the information on the cells."),
    )
    rsi_version = TypedText(
        label=_("Version of the reference safety information"), longest=50
    )
    submitted_on = SiteDateField(label=_("Submitted on"), required=False)
    reference = TypedText(label=_("Reference"), longest=100, required=False)
    why = TypedText(label=_("Reason or remark"), longest=LONGEST_REASON)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        aware_at, submitted_on = (
            cleaned.get("sponsor_aware_at"),
            cleaned.get("submitted_on"),
        )
        if aware_at and aware_at > clock.now():
            text = gettext("This time lies in the future.")
            self.add_error("sponsor_aware_at", text)
        if submitted_on and submitted_on > clock.today():
            self.add_error("submitted_on", gettext("This date lies in the future."))
        return cleaned


def initial_values(case: LateCase, names: Any) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in names if hasattr(case, name)}
    if isinstance(values.get("about"), FormInstance):
        values["about"] = str(values["about"].pk)
    if values.get("expected") is not None:
        values["expected"] = "Y" if values["expected"] else "N"
    return values
