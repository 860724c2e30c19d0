"""The actions at the bedside: the form of each, and how it is stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from visits.infusions.forms.actions import (
    InterruptForm,
    InterruptionForm,
    NotGivenForm,
    NotTakenForm,
    PremedicationForm,
    ReactionForm,
    RecordForm,
    ResumeForm,
    StartForm,
    StopForm,
    VitalSignsForm,
)
from visits.infusions.forms.controls import BedsideForm
from visits.infusions.services import bedside as infusions
from visits.infusions.services import reactions, vital_signs
from visits.infusions.services.bedside import BedsideAction
from visits.infusions.vocabulary import Given
from visits.models.measured import MEASURED

SHARED_FIELDS = frozenset(BedsideForm.base_fields)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action: its form, how it is stored, and the code of the CRF it changes."""

    form: type[BedsideForm]
    store: Callable[[BedsideAction, Any], object]
    code: str = "INF"


def _own_values(form: BedsideForm) -> dict[str, Any]:
    own = type(form).base_fields.keys() - SHARED_FIELDS
    return {name: form.cleaned_data[name] for name in own}


def _measure(action: BedsideAction, form: VitalSignsForm) -> None:
    vital_signs.record_vital_signs(
        action.participant,
        action.visit,
        form.cleaned_data["point"],
        form.values,
        by=action.by,
        based_on=action.based_on,
        explanations=action.explanations,
        reasons=action.reasons(form.values),
    )


def _not_taken(action: BedsideAction, form: NotTakenForm) -> None:
    cleaned = form.cleaned_data
    vital_signs.record_vital_signs_not_taken(
        action.participant,
        action.visit,
        cleaned["point"],
        reason=cleaned["reason"],
        by=action.by,
        based_on=action.based_on,
        reasons=action.reasons(dict.fromkeys(("taken_at", *MEASURED, "time_point"))),
    )


def _record(action: BedsideAction, form: RecordForm) -> None:
    complete = form.data.get("action") == "complete"
    record = infusions.current_record(action)
    # An empty control of an item whose missing code stands changes nothing.
    values = {
        name: value
        for name, value in form.values.items()
        if value is not None or record.missing(name) is None
    }
    infusions.write(action, values, complete=complete)


def _not_given(action: BedsideAction, form: NotGivenForm) -> None:
    infusions.write(action, {"given": Given.NOT_GIVEN.value, **_own_values(form)})


ACTIONS = {
    "start": ActionSpec(
        StartForm, lambda action, form: infusions.start(action, **_own_values(form))
    ),
    "interrupt": ActionSpec(
        InterruptForm,
        lambda action, form: infusions.interrupt(action, **_own_values(form)),
    ),
    "resume": ActionSpec(
        ResumeForm, lambda action, form: infusions.resume(action, **_own_values(form))
    ),
    "stop": ActionSpec(
        StopForm, lambda action, form: infusions.stop(action, **_own_values(form))
    ),
    "interruption": ActionSpec(
        InterruptionForm,
        lambda action, form: infusions.add_interruption(action, **_own_values(form)),
    ),
    "premedication": ActionSpec(
        PremedicationForm,
        lambda action, form: infusions.record_premedication(
            action, **_own_values(form)
        ),
    ),
    "not_given": ActionSpec(NotGivenForm, _not_given),
    "measure": ActionSpec(VitalSignsForm, _measure, "VSI"),
    "not_taken": ActionSpec(NotTakenForm, _not_taken, "VSI"),
    "reaction": ActionSpec(
        ReactionForm,
        lambda action, form: reactions.record_reaction(
            action, form.event, form.medication
        ),
        "AE",
    ),
    "record": ActionSpec(RecordForm, _record),
}
