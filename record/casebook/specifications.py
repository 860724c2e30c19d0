"""The specification of every edit check, read from the checks that run.

Checks of the items carry the version of their form; declared checks carry their own.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Any

from record.casebook.checks import declared
from record.casebook.design import FormDesign
from record.casebook.items import Date, DateTime, Item, ItemGroup, PartialDate, Range
from trial_edc.requirements import implements
from trial_edc.vocabulary import Severity

AS_ENTERED = "save"
AS_COMPLETED = "complete"
RANGES = {
    "hard": (Severity.HARD, "Outside these limits a value is impossible."),
    "soft": (Severity.SOFT, "Outside these limits a value is unusual."),
}
FUTURE = "Lies in the future."
UNCODED = "Takes no missing code."
NEEDED = "Is needed before the form can be marked complete."
HEADING = (
    "check",
    "version",
    "form",
    "item",
    "severity",
    "asked_at",
    "finds",
    "low",
    "high",
    "unit",
)


@dataclass(frozen=True)
class Specification:
    """What an edit check finds; in a small table `*` stands for the row."""

    check_id: str
    version: int
    form: str
    item: str
    severity: Severity
    asked_at: str
    finds: str
    low: str = ""
    high: str = ""
    unit: str = ""

    @property
    def line(self) -> list[str]:
        return [str(cell) for cell in astuple(self)]


@implements("QRY-02")
def specifications(designs: Iterable[FormDesign]) -> Iterator[Specification]:
    for design in designs:
        for name, item in design.items.items():
            yield from of_item(design, name, item, name)
            if isinstance(item, ItemGroup):
                for key, column in item.columns.items():
                    yield from of_item(design, name, column, f"{name}.*.{key}")
        for check in declared(design.code):
            yield Specification(
                check.check_id,
                check.version,
                check.form,
                check.item,
                check.severity,
                AS_ENTERED,
                check.message.replace("%%", "%"),
            )


def of_item(
    design: FormDesign, name: str, item: Item, place: str
) -> Iterator[Specification]:
    def specify(
        kind: str, severity: Severity, finds: str, **more: Any
    ) -> Specification:
        columns = {"asked_at": AS_ENTERED, **more}
        check_id = f"{design.code}.{place}.{kind}"
        return Specification(
            check_id,
            design.version,
            design.code,
            name,
            severity,
            finds=finds,
            **columns,
        )

    facts, is_column = item.facts, place != name
    for kind, (severity, finds) in RANGES.items():
        span: Range | None = getattr(facts, kind)
        if span:
            low, high = map(str, span)
            limits = {"low": low, "high": high, "unit": facts.unit}
            yield specify(kind, severity, finds, **limits)
    if isinstance(item, Date | DateTime | PartialDate) and not facts.future_allowed:
        yield specify("future", Severity.HARD, FUTURE)
    if not facts.missing_allowed and not is_column:
        yield specify("missing", Severity.HARD, UNCODED)
    if facts.required:
        yield specify("required", Severity.HARD, NEEDED, asked_at=AS_COMPLETED)


def digest_of_checks(designs: Iterable[FormDesign]) -> str:
    """The same as long as no edit check is added, changed or taken away."""
    lines = "\n".join(repr(one.line) for one in specifications(designs))
    return hashlib.sha256(lines.encode()).hexdigest()
