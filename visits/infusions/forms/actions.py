"""The form of each action at the bedside."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from record.accounts.roles import Role
from record.accounts.selectors import people_in
from record.casebook import catalogue, display
from record.casebook.fields import SiteTimeField
from record.casebook.form_data import FormData
from record.casebook.values import Value
from trial_edc import dates
from trial_edc.text_fields import TypedText
from trial_edc.typed_text import LONGEST_REASON
from trial_edc.vocabulary import MissingCode
from visits.infusions.forms.controls import (
    NUMBER_PAD,
    BedsideForm,
    Buttons,
    NowField,
    choices_of,
    codelist_choices,
    number_field,
    yes_no,
)
from visits.infusions.vocabulary import (
    Given,
    NoGoReason,
    NotMeasuredReason,
    ReactionGrade,
    TimePoint,
)
from visits.models.measured import MEASURED
from visits.schedule.facts import STARTED
from visits.schedule.forms import pick


class StartForm(BedsideForm):
    """The start of an infusion, or another time for it."""

    started_at = NowField(label=gettext_lazy("Start"))
    compared = forms.BooleanField(
        label=gettext_lazy("I compared the label with the participant: all agrees"),
        required=False,
    )
    start_reason = TypedText(
        label=gettext_lazy("Why does it start all the same?"),
        required=False,
        longest=LONGEST_REASON,
    )
    is_ready = False

    @property
    def visible_controls(self) -> list[Any]:
        """A start that is corrected waits for nothing; a ready one owes no reason."""
        unasked = {"compared", "start_reason"} if self.is_correction else set()
        if self.is_ready and not self.errors:
            unasked.add("start_reason")
        shown = [
            bound for bound in super().visible_controls if bound.name not in unasked
        ]
        needed = "compared" if self.is_ready else "start_reason"
        for bound in shown:
            if bound.name == needed and not self.errors:
                bound.field.widget.attrs["required"] = True
        return shown

    def prepare_to_confirm(self) -> None:
        at = self.cleaned_data["started_at"].astimezone(dates.SITE_TZ)
        self.set_value("started_at", f"{at:%Y-%m-%d %H:%M}")
        self.asks_why = True


class StopForm(BedsideForm):
    """The end of an infusion."""

    stopped_at = NowField(label=gettext_lazy("Stop"))


class InterruptForm(BedsideForm):
    """An interruption that begins."""

    reason = TypedText(label=gettext_lazy("Reason"), longest=200)
    from_at = NowField(label=gettext_lazy("From"))


class ResumeForm(BedsideForm):
    """The end of an interruption."""

    to_at = NowField(label=gettext_lazy("Runs again since"))


class InterruptionForm(BedsideForm):
    """An interruption that is over."""

    from_at = SiteTimeField(label=gettext_lazy("From"))
    to_at = SiteTimeField(label=gettext_lazy("To"))
    reason = TypedText(label=gettext_lazy("Reason"), longest=200)


class NotGivenForm(BedsideForm):
    """Why an infusion is not given."""

    not_given_reason = forms.ChoiceField(
        label=gettext_lazy("Not given because"), choices=pick(NoGoReason.choices())
    )


class PremedicationForm(BedsideForm):
    """A drug given before the infusion."""

    drug = TypedText(label=gettext_lazy("Drug"), longest=200)
    dose = TypedText(label=gettext_lazy("Dose"), widget=forms.TextInput(NUMBER_PAD))
    unit = forms.ChoiceField(label=gettext_lazy("Unit"))
    at = NowField(label=gettext_lazy("Time"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        units = [("", "—"), *choices_of("CMD", "dose_unit")]
        self.fields["unit"] = forms.ChoiceField(
            label=gettext_lazy("Unit"), choices=units
        )


class PointForm(BedsideForm):
    """An action at a time point."""

    point = forms.ChoiceField(choices=TimePoint.choices(), widget=forms.HiddenInput)


class VitalSignsForm(PointForm):
    """One measurement at the bedside."""

    taken_at = NowField(label=gettext_lazy("Taken at"))
    rest_not_done = forms.BooleanField(
        label=gettext_lazy("What is empty could not be measured"), required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        declared = catalogue.design("VSI").items
        for name in MEASURED:
            self.fields[name] = number_field(declared[name])
            self.fields[name].widget.attrs["required"] = True
        self.order_fields(["point", *MEASURED, "rest_not_done", "taken_at"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        empty = [name for name in MEASURED if not cleaned.get(name)]
        if len(empty) == len(MEASURED):
            self.add_error(None, _("Nothing was measured: use “Not taken”."))
        elif not cleaned.get("rest_not_done"):
            text = _("Enter it, or tick that it could not be measured.")
            for name in empty:
                self.add_error(name, text)
        return cleaned

    @property
    def values(self) -> dict[str, Value]:
        cleaned = self.cleaned_data
        signs = {name: cleaned[name] or MissingCode.NOT_DONE for name in MEASURED}
        return {"taken_at": cleaned["taken_at"], **signs}


class NotTakenForm(PointForm):
    """Why vital signs were not taken."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Not taken because"),
        choices=pick(NotMeasuredReason.choices()),
    )


class ReactionForm(BedsideForm):
    """A reaction, which becomes an adverse event."""

    term = TypedText(
        label=gettext_lazy("What is it?"),
        longest=200,
        help_text=gettext_lazy("One reaction at a time: fever, chills, rash…"),
    )
    onset = NowField(label=gettext_lazy("Since"))
    grade = Buttons(
        codelist_choices(ReactionGrade), label=gettext_lazy("Grade (CTCAE 5.0)")
    )
    serious = yes_no(
        gettext_lazy("Serious?"),
        help_text=gettext_lazy(
            "Death, danger to life, a longer stay, lasting harm, or as important."
        ),
    )
    drug = TypedText(
        label=gettext_lazy("Drug given for it"), required=False, longest=200
    )
    dose = TypedText(
        label=gettext_lazy("Dose"), required=False, widget=forms.TextInput(NUMBER_PAD)
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        units = [("", "—"), *choices_of("CMD", "dose_unit")]
        self.fields["drug_at"] = NowField(label=gettext_lazy("Given at"))
        choice_fields = (
            ("dose_unit", gettext_lazy("Unit"), units),
            ("action_infusion", gettext_lazy("What was done with the infusion"), None),
            ("outcome", gettext_lazy("How is it now?"), None),
        )
        for name, label, choices in choice_fields:
            self.fields[name] = forms.ChoiceField(
                label=label,
                choices=choices or [("", "—"), *choices_of("AE", name)],
                required=choices is None,
            )
        self.order_fields(
            ("term", "onset", "grade", "serious", "action_infusion", "outcome", "drug")
        )

    @property
    def event(self) -> dict[str, Value]:
        cleaned = self.cleaned_data
        names = ("term", "onset", "grade", "serious", "action_infusion", "outcome")
        treatment = {"treatment": ["drug"]} if cleaned["drug"] else {}
        return {**{name: cleaned[name] for name in names}, **treatment}

    @property
    def medication(self) -> dict[str, Value] | None:
        cleaned = self.cleaned_data
        if not cleaned["drug"]:
            return None
        drug = {name: cleaned[name] or None for name in ("drug", "dose", "dose_unit")}
        return {**drug, "indication": cleaned["term"], "start": cleaned["drug_at"]}


class RecordForm(BedsideForm):
    """The rest of the record, entered when the infusion is over."""

    given = Buttons(
        [choice for choice in codelist_choices(Given) if choice[0] in STARTED],
        label=gettext_lazy("Given?"),
        required=False,
    )
    cover_intact = yes_no(gettext_lazy("Cover of the bag intact?"), required=False)
    participant_saw = yes_no(
        gettext_lazy("Did the participant see the product?"), required=False
    )
    reaction = yes_no(gettext_lazy("Reaction?"), required=False)
    completed = yes_no(gettext_lazy("Completed?"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        declared = catalogue.design("INF").items
        self.fields["volume_ml"] = number_field(declared["volume_ml"])
        for name in ("access", "stopped_reason"):
            self.fields[name] = forms.ChoiceField(
                label=declared[name].verbose_name,
                choices=[("", "—"), *choices_of("INF", name)],
                required=False,
            )
        doctors = people_in(Role.IN, Role.PI).order_by("full_name")
        self.fields["clinician"] = forms.ChoiceField(
            label=declared["clinician"].verbose_name,
            choices=[("", "—"), *((str(doctor.pk), str(doctor)) for doctor in doctors)],
            required=False,
        )
        self.order_fields(("volume_ml", "access", "given", "completed"))

    @property
    def values(self) -> dict[str, Value]:
        return {
            name: self.cleaned_data[name] or None
            for name in self.cleaned_data
            if name in catalogue.design("INF").items
        }


def record_values(record: FormData | None) -> dict[str, Any]:
    items = catalogue.design("INF").items
    values = {
        name: record.get(name) if record else None
        for name in RecordForm().fields
        if name in items
    }
    if isinstance(values["volume_ml"], Decimal):
        values["volume_ml"] = display.number_text(
            items["volume_ml"], values["volume_ml"]
        )
    return values
