"""Skip logic, completeness and edit checks of one form; no database, no clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType

from record.casebook.checks import Finding, declared
from record.casebook.design import FormDesign
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import File, Item, ItemGroup, Range, Ref
from record.casebook.values import (
    DetectionLimit,
    MissingCode,
    Partial,
    Value,
    is_blank,
)
from trial_edc.dates import SITE_TZ
from trial_edc.units import written_unit
from trial_edc.vocabulary import N_, Severity

Measured = Decimal | DetectionLimit


def is_applicable(item: Item, data: FormData, casebook: Casebook) -> bool:
    condition = item.facts.only_if
    return condition is None or condition.holds(data, casebook)


def is_required(item: Item, data: FormData, casebook: Casebook) -> bool:
    if not is_applicable(item, data, casebook):
        return False
    required = item.facts.required
    return required if isinstance(required, bool) else required.holds(data, casebook)


def to_erase(design: FormDesign, data: FormData, casebook: Casebook) -> list[str]:
    """Items that have a value though skip logic hides them."""
    return [
        name
        for name, item in design.items.items()
        if not is_blank(data.values.get(name))
        and not is_applicable(item, data, casebook)
    ]


def pending_items(design: FormDesign, data: FormData, casebook: Casebook) -> list[str]:
    """Required items that still have neither value nor missing code."""
    return [
        name
        for name, item in design.items.items()
        if is_blank(data.values.get(name)) and is_required(item, data, casebook)
    ]


def needed_message(item: Item) -> str:
    """What to do about a required item without an answer, marked for translation."""
    if item.facts.judged:
        return N_("An investigator enters this; until then, save a draft.")
    match item:
        case Ref():
            return N_(
                "This is needed before the form can be marked complete. Where the list "
                "is empty, save a draft and add the row there first."
            )
        case File():
            return N_(
                "A file is needed before the form can be marked complete. In a table, "
                "save a draft and attach the file on the row's own page."
            )
    return N_("This is needed before the form can be marked complete.")


def findings(
    design: FormDesign,
    data: FormData,
    casebook: Casebook,
    *,
    now: datetime,
    completing: bool = False,
) -> list[Finding]:
    """Run the checks, in the order of the items on the page.

    `completing` includes required items. `now` is the instant of the save.
    """
    return standing_findings(
        design, data, casebook.with_data(data), now=now, completing=completing
    )


def standing_findings(
    design: FormDesign,
    data: FormData,
    casebook: Casebook,
    *,
    now: datetime,
    completing: bool = False,
) -> list[Finding]:
    """Run the checks of a form that the casebook holds with the same values."""
    findings = [
        *_automatic(design, data, casebook, now),
        *_cell_findings(_cells(design, data, casebook), now),
        *(_required(design, data, casebook) if completing else ()),
        *(f for check in declared(design.code) if (f := check.run(data, casebook))),
    ]
    order = {name: place for place, name in enumerate(design.items)}
    return sorted(findings, key=lambda finding: order.get(finding.item, -1))


def _required(
    design: FormDesign, data: FormData, casebook: Casebook
) -> Iterator[Finding]:
    for name in pending_items(design, data, casebook):
        yield Finding(
            f"{design.code}.{name}.required",
            name,
            Severity.HARD,
            needed_message(design.items[name]),
        )
    for cell in _cells(design, data, casebook):
        if is_blank(cell.value) and cell.column.facts.required is True:
            yield cell.finding("required", N_("Row %(row)s: %(column)s is needed."))


@dataclass(frozen=True)
class _Cell:
    """A cell of a small table inside a form."""

    form: str
    item: str
    row: int
    column: Item
    value: Value

    def finding(
        self,
        kind: str,
        message: str,
        severity: Severity = Severity.HARD,
        details: Mapping[str, str] = MappingProxyType({}),
    ) -> Finding:
        place = {"row": self.row, "column": self.column.verbose_name}
        check_id = f"{self.form}.{self.item}.{self.row}.{self.column.name}.{kind}"
        return Finding(check_id, self.item, severity, message, {**place, **details})


def _cells(design: FormDesign, data: FormData, casebook: Casebook) -> Iterator[_Cell]:
    for name, item in design.items.items():
        rows = data.get(name)
        if not isinstance(item, ItemGroup) or not rows:
            continue
        if not is_applicable(item, data, casebook):
            continue
        for number, row in enumerate(rows, 1):
            for key, column in item.columns.items():
                value = column.from_json(row.get(key))
                yield _Cell(design.code, name, number, column, value)


def _cell_findings(cells: Iterable[_Cell], now: datetime) -> Iterator[Finding]:
    for cell in cells:
        facts = cell.column.facts
        if not facts.future_allowed and is_future(cell.value, now):
            message = N_("Row %(row)s: %(column)s is in the future. Check it.")
            yield cell.finding("future", message)
        number = cell.column.measure(cell.value)
        if number is None:
            continue
        if facts.hard and impossible(number, facts.hard):
            details = _range_details(number, facts.hard, facts.unit)
            yield cell.finding("hard", IMPOSSIBLE_CELL, details=details)
        elif facts.soft and outside(number, facts.soft):
            details = _range_details(number, facts.soft, facts.unit)
            yield cell.finding("soft", UNUSUAL_CELL, Severity.SOFT, details=details)


IMPOSSIBLE_CELL = N_(
    "Row %(row)s, %(column)s: %(value)s is impossible here "
    "(%(low)s to %(high)s %(unit)s)."
)
UNUSUAL_CELL = N_(
    "Row %(row)s, %(column)s: %(value)s is unusual "
    "(expected %(low)s to %(high)s %(unit)s)."
)


def _automatic(
    design: FormDesign, data: FormData, casebook: Casebook, now: datetime
) -> Iterator[Finding]:
    for name, item in design.items.items():
        value = data.values.get(name)
        if is_blank(value) or not is_applicable(item, data, casebook):
            continue
        if isinstance(value, MissingCode):
            if not item.facts.missing_allowed:
                message = N_("This item takes no missing code. Enter a value.")
                yield _hard(design, name, "missing", message)
            continue
        if not item.facts.future_allowed and is_future(value, now):
            message = N_("This is in the future. Check date and time.")
            yield _hard(design, name, "future", message)
        yield from _ranges(design, name, item, value)


def _hard(design: FormDesign, name: str, kind: str, message: str) -> Finding:
    return Finding(f"{design.code}.{name}.{kind}", name, Severity.HARD, message)


def is_future(value: Value, now: datetime) -> bool:
    """A date, date-time or partial date lies after `now` for certain."""
    if isinstance(value, datetime):
        return value > now
    today = now.astimezone(SITE_TZ).date()
    if isinstance(value, Partial):
        instant = value.instant(SITE_TZ)
        return instant > now if instant else value.earliest > today
    return isinstance(value, date) and value > today


def _ranges(
    design: FormDesign, name: str, item: Item, value: Value
) -> Iterable[Finding]:
    number = item.measure(value)
    if number is None:
        return
    facts = item.facts
    if facts.hard and impossible(number, facts.hard):
        yield Finding(
            f"{design.code}.{name}.hard",
            name,
            Severity.HARD,
            N_("%(value)s is impossible here (%(low)s to %(high)s %(unit)s)."),
            _range_details(number, facts.hard, facts.unit),
        )
    elif facts.soft and outside(number, facts.soft):
        yield Finding(
            f"{design.code}.{name}.soft",
            name,
            Severity.SOFT,
            N_("%(value)s is unusual (expected %(low)s to %(high)s %(unit)s)."),
            _range_details(number, facts.soft, facts.unit),
        )


def outside(measured: Measured, limits: Range) -> bool:
    """A limit of detection lies outside where all that it may stand for does."""
    low, high = (Decimal(str(limit)) for limit in limits)
    if isinstance(measured, DetectionLimit):
        return bool(measured.lies_below(low) or measured.lies_above(high))
    return not low <= measured <= high


def impossible(measured: Measured, limits: Range) -> bool:
    """Below or above a limit that is itself possible, nothing is impossible."""
    number = measured.bound if isinstance(measured, DetectionLimit) else measured
    return outside(measured, limits) and outside(number, limits)


def _measured_text(measured: Measured) -> str:
    if isinstance(measured, DetectionLimit):
        return f"{measured.comparator}{measured.bound:f}"
    return f"{measured:f}"


def _range_details(measured: Measured, limits: Range, unit: str) -> dict[str, str]:
    low, high = limits
    return {
        "value": _measured_text(measured),
        "low": str(low),
        "high": str(high),
        "unit": written_unit(unit),
    }
