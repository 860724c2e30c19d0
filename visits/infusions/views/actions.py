"""What can be done at the bedside: each act with what it asks and what it stores."""

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

NOT_TYPED = frozenset(BedsideForm.base_fields)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One act: what it asks, how it is stored, and the form that it changes."""

    form: type[BedsideForm]
    store: Callable[[BedsideAction, Any], object]
    code: str = "INF"


def _typed(form: BedsideForm) -> dict[str, Any]:
    """Return what the act's own controls hold."""
    own = type(form).base_fields.keys() - NOT_TYPED
    return {name: form.cleaned_data[name] for name in own}


def _measure(deed: BedsideAction, form: VitalSignsForm) -> None:
    vital_signs.record_vital_signs(
        deed.participant,
        deed.visit,
        form.cleaned_data["point"],
        form.values,
        by=deed.by,
        based_on=deed.based_on,
        explanations=deed.explanations,
        reasons=deed.reasons(form.values),
    )


def _not_taken(deed: BedsideAction, form: NotTakenForm) -> None:
    said = form.cleaned_data
    vital_signs.vital_signs_not_taken(
        deed.participant,
        deed.visit,
        said["point"],
        reason=said["reason"],
        by=deed.by,
        based_on=deed.based_on,
        reasons=deed.reasons(dict.fromkeys(("taken_at", *MEASURED, "time_point"))),
    )


def _record(deed: BedsideAction, form: RecordForm) -> None:
    complete = True if form.data.get("action") == "complete" else None
    held = infusions.recorded(deed)
    # An empty control of an item whose missing code stands changes nothing.
    values = {
        name: value
        for name, value in form.values.items()
        if value is not None or held.missing(name) is None
    }
    infusions.write(deed, values, complete=complete)


def _not_given(deed: BedsideAction, form: NotGivenForm) -> None:
    infusions.write(deed, {"given": Given.NOT_GIVEN.value, **_typed(form)})


ACTS = {
    "start": ActionSpec(StartForm, lambda d, f: infusions.start(d, **_typed(f))),
    "interrupt": ActionSpec(
        InterruptForm, lambda d, f: infusions.interrupt(d, **_typed(f))
    ),
    "resume": ActionSpec(ResumeForm, lambda d, f: infusions.resume(d, **_typed(f))),
    "stop": ActionSpec(StopForm, lambda d, f: infusions.stop(d, **_typed(f))),
    "interruption": ActionSpec(
        InterruptionForm, lambda d, f: infusions.add_interruption(d, **_typed(f))
    ),
    "premedication": ActionSpec(
        PremedicationForm, lambda d, f: infusions.premedicate(d, **_typed(f))
    ),
    "not_given": ActionSpec(NotGivenForm, _not_given),
    "measure": ActionSpec(VitalSignsForm, _measure, "VSI"),
    "not_taken": ActionSpec(NotTakenForm, _not_taken, "VSI"),
    "reaction": ActionSpec(
        ReactionForm, lambda d, f: reactions.react(d, f.event, f.medication), "AE"
    ),
    "record": ActionSpec(RecordForm, _record),
}
