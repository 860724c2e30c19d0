"""The screening values that a randomization used, beside what stands there now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.as_of_randomization import form_data_as_of
from enrollment.eligibility.facts.deciding_items import digest_of, json_value
from enrollment.eligibility.rules import State
from enrollment.eligibility.selectors import Eligibility
from enrollment.eligibility.texts import NAMES
from enrollment.models import FrozenScreening
from record.casebook import catalogue
from record.casebook.display import words
from record.casebook.items import Item
from record.casebook.models import FormInstance
from record.casebook.values import MissingCode, Value

ORDER = ("CNS", "DEM", "CRE", "URI", "VIT", "LAB", "IST", "ELG")


@dataclass(frozen=True, slots=True)
class UsedValue:
    """One deciding value: as it was used, and as it stands if it was corrected."""

    form_id: int
    form: str
    item: str
    label: str
    used: str
    now: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class UsedState:
    """One criterion: its state as it was used, and as it stands."""

    id: str
    name: str
    used: State
    now: State

    @property
    def is_changed(self) -> bool:
        return self.used != self.now


@dataclass(frozen=True)
class UsedScreening:
    """Everything frozen at randomization, with what has been corrected since."""

    frozen: FrozenScreening
    states: tuple[UsedState, ...]
    values: tuple[UsedValue, ...]

    @property
    def is_intact(self) -> bool:
        signed_digest = self.frozen.confirmation.digest
        return digest_of(self.frozen.text) == self.frozen.digest == signed_digest

    @property
    def corrected(self) -> int:
        return sum(value.is_corrected for value in self.values)


def used_screening(eligibility: Eligibility, frozen: FrozenScreening) -> UsedScreening:
    states_now = {
        outcome.criterion: outcome.state for outcome in eligibility.assessment.outcomes
    }
    forms = FormInstance.objects.in_bulk([int(key) for key in frozen.values])
    ordered = sorted(forms.values(), key=lambda form: (ORDER.index(form.code), form.pk))
    return UsedScreening(
        frozen,
        tuple(
            UsedState(criterion, NAMES[criterion], State(state), states_now[criterion])
            for criterion, state in frozen.states.items()
        ),
        tuple(
            value for form in ordered for value in _values(form, eligibility, frozen)
        ),
    )


def _values(
    form: FormInstance, eligibility: Eligibility, frozen: FrozenScreening
) -> Iterator[UsedValue]:
    """A value of a form struck out since has no present value."""
    rows = eligibility.casebook.rows(form.code)
    data = next((row for row in rows if row.form_id == form.pk), None)
    data_used = form_data_as_of(data, frozen.at) if data else None
    design = catalogue.design(form.code)
    used_values = frozen.values[str(form.pk)]
    for name, item in design.items.items():
        used = used_values.get(name)
        now = json_value(data_used.values.get(name)) if data_used else None
        is_corrected = data_used is None or now != used
        if name not in used_values or (used is None and not is_corrected):
            continue
        yield UsedValue(
            form_id=form.pk,
            form=f"{design.title} {form.occurrence}"
            if design.collected.is_log
            else str(design.title),
            item=name,
            label=str(item.verbose_name),
            used=words(item, value_of(item, used)),
            now=words(item, value_of(item, now)) if data_used else _("struck out"),
            is_corrected=is_corrected,
        )


def value_of(item: Item, frozen_value: Any) -> Value:
    if isinstance(frozen_value, dict) and "missing" in frozen_value:
        return MissingCode(frozen_value["missing"])
    if isinstance(frozen_value, dict):
        return item.parse((frozen_value["value"], frozen_value["unit"]))
    return item.parse(frozen_value)
