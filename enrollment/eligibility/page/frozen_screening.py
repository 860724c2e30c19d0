"""The screening values that a randomisation used, beside what stands there now."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from enrollment.eligibility.facts.as_of_randomization import as_seen
from enrollment.eligibility.facts.deciding_items import digest_of, plain
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
        """Tell whether corrected data would decide it otherwise."""
        return self.used != self.now


@dataclass(frozen=True)
class UsedScreening:
    """Everything frozen at randomisation, with what has been corrected since."""

    frozen: FrozenScreening
    states: tuple[UsedState, ...]
    values: tuple[UsedValue, ...]

    @property
    def is_intact(self) -> bool:
        """Tell whether the text gives the digest that was signed and recorded."""
        given = self.frozen.confirmation.digest
        return digest_of(self.frozen.told) == self.frozen.digest == given

    @property
    def corrected(self) -> int:
        """Return how many values stand differently now."""
        return sum(one.is_corrected for one in self.values)


def used_screening(found: Eligibility, frozen: FrozenScreening) -> UsedScreening:
    """Lay the frozen values out; one select beyond the casebook's."""
    now = {one.criterion: one.state for one in found.assessment.outcomes}
    forms = FormInstance.objects.in_bulk([int(key) for key in frozen.values])
    ordered = sorted(forms.values(), key=lambda form: (ORDER.index(form.code), form.pk))
    return UsedScreening(
        frozen,
        tuple(
            UsedState(criterion, NAMES[criterion], State(state), now[criterion])
            for criterion, state in frozen.states.items()
        ),
        tuple(one for form in ordered for one in _values(form, found, frozen)),
    )


def _values(
    form: FormInstance, found: Eligibility, frozen: FrozenScreening
) -> Iterator[UsedValue]:
    """Yield the used values of one form; one struck out since holds none now."""
    rows = found.casebook.rows(form.code)
    data = next((row for row in rows if row.form_id == form.pk), None)
    seen = as_seen(data, frozen.at) if data else None
    design = catalogue.design(form.code)
    kept = frozen.values[str(form.pk)]
    for name, item in design.items.items():
        told = kept.get(name)
        now = plain(seen.values.get(name)) if seen else None
        is_corrected = seen is None or now != told
        if name not in kept or (told is None and not is_corrected):
            continue
        yield UsedValue(
            form_id=form.pk,
            form=f"{design.title} {form.occurrence}"
            if design.collected.is_log
            else str(design.title),
            item=name,
            label=str(item.verbose_name),
            used=words(item, value_of(item, told)),
            now=words(item, value_of(item, now)) if seen else _("struck out"),
            is_corrected=is_corrected,
        )


def value_of(item: Item, told: Any) -> Value:
    """Return the value that the frozen text tells as plain JSON."""
    if isinstance(told, dict) and "missing" in told:
        return MissingCode(told["missing"])
    if isinstance(told, dict):
        return item.parse((told["value"], told["unit"]))
    return item.parse(told)
