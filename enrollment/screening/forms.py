"""Input of the screening pages; the checks are those of SCN itself."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from enrollment.problems import EnrollmentRefused
from enrollment.vocabulary import (
    FAILURE_OF_RESULT,
    ApproachResult,
    PatientSource,
    ScreenFailure,
)
from record.capture.problems import ExplanationNeeded, SaveRefused
from record.casebook.display import finding_text
from trial_edc import clock, dates
from trial_edc.text_fields import TypedInteger, TypedText
from trial_edc.vocabulary import Codelist, Sex

Problem = SaveRefused | ExplanationNeeded | EnrollmentRefused


def _choices(terms: Iterable[Codelist], first: Any = "") -> list[tuple[str, Any]]:
    options = [(term.value, _(term.label)) for term in terms]
    return [("", first), *options] if first else options


def _now_at_site() -> str:
    return clock.now().astimezone(dates.SITE_TZ).strftime("%Y-%m-%d %H:%M")


class ScreeningForm(forms.Form):
    """A form whose fields are items of SCN and show their edit checks."""

    explanation = TypedText(
        label=_("Why it stands"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("The monitor reads this."),
    )
    checks = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def item_values(self) -> dict[str, Any]:
        own_fields = ("explanation", "checks", "hospital_no", "client_key")
        fields = self.cleaned_data.items()
        return {
            name: value for name, value in fields if name not in own_fields and value
        }

    @property
    def explanations(self) -> dict[str, str]:
        words = self.cleaned_data.get("explanation", "")
        return dict.fromkeys(self.cleaned_data["checks"].split(), words)

    @property
    def needs_explanation(self) -> bool:
        return bool(self.data.get("checks"))

    @property
    def fields_to_show(self) -> list[forms.BoundField]:
        fields = self.visible_fields()
        if self.needs_explanation:
            return fields
        return [field for field in fields if field.name != "explanation"]

    def show_problem(self, problem: Problem) -> None:
        if isinstance(problem, EnrollmentRefused):
            for reason in problem.reasons:
                self.add_error(None, reason)
            return
        if isinstance(problem, ExplanationNeeded):
            check_ids = " ".join(finding.check_id for finding in problem.findings)
            self.data = {**dict(self.data.items()), "checks": check_ids}
        for finding in problem.findings:
            place = finding.item if finding.item in self.fields else None
            self.add_error(place, finding_text(finding))


AT_SITE = forms.TextInput({"placeholder": "2026-03-08 14:30", "autocomplete": "off"})


class RegisterForm(ScreeningForm):
    """A person approached: no name, no birth date."""

    approached_at = TypedText(
        label=_("Approached at"), initial=_now_at_site, widget=AT_SITE
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=_choices(PatientSource), widget=forms.RadioSelect
    )
    age_years = TypedInteger(label=_("Age in years"), min_value=0, max_value=120)
    sex = forms.ChoiceField(
        label=_("Sex"), choices=_choices(Sex), widget=forms.RadioSelect
    )
    approach_result = forms.ChoiceField(
        label=_("Result of approach"),
        required=False,
        choices=_choices(FAILURE_OF_RESULT, _("Still open, or consented")),
        help_text=_("Any of these ends the screening. Consent has its own form."),
    )
    hospital_no = TypedText(
        label=_("Hospital number"),
        required=False,
        help_text=_("Only looked up, to find a person approached before; not stored."),
    )
    client_key = forms.UUIDField(
        required=False, initial=uuid4, widget=forms.HiddenInput
    )
    field_order = (
        "approached_at",
        "source",
        "age_years",
        "sex",
        "approach_result",
        "hospital_no",
    )


class RescreenForm(ScreeningForm):
    """A further screening of the same person."""

    approached_at = TypedText(
        label=_("Approached again at"), initial=_now_at_site, widget=AT_SITE
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=_choices(PatientSource), widget=forms.RadioSelect
    )
    field_order = ("approached_at", "source")


class CloseForm(ScreeningForm):
    """The end of a screening without randomization."""

    approach_result = forms.ChoiceField(
        label=_("Result of approach"), choices=_choices(ApproachResult)
    )
    screening_closed_at = TypedText(
        label=_("Closed at"), initial=_now_at_site, widget=AT_SITE
    )
    screen_failure_reason = forms.ChoiceField(
        label=_("Reason"),
        choices=_choices(ScreenFailure),
        widget=forms.RadioSelect,
        required=False,
        help_text=_("An approach that ended without consent needs no further reason."),
    )
    field_order = ("approach_result", "screening_closed_at", "screen_failure_reason")

    def __init__(self, *args: Any, has_result: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_result:
            del self.fields["approach_result"]
            self.fields["screen_failure_reason"].help_text = ""

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        ended = FAILURE_OF_RESULT.get(answers.get("approach_result", ""))
        if not answers.get("screen_failure_reason") and ended:
            answers["screen_failure_reason"] = ended.value
        if not answers.get("screen_failure_reason"):
            self.add_error("screen_failure_reason", _now("Choose the reason."))
        return answers
