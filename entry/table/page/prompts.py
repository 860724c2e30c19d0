"""What a table asks of a row before it can be stored, and what was answered so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.form.forms.submission import explanations_in
from entry.form.page.item import item_of_check, told
from entry.table.forms.columns import Column
from record.capture.problems import (
    Conflict,
    EraseNeeded,
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook.form_data import FormData


@dataclass(frozen=True)
class Asked:
    """One question: about which item, in which words, and the answer typed."""

    name: str
    label: str
    text: str = ""
    typed: str = ""
    code: str = ""  # of the reason chosen, or of the check that asks


@dataclass
class RowAsks:
    """Everything that one row asks; empty when nothing stands in the way."""

    errors: list[str] = field(default_factory=list)  # of the row as a whole
    by_cell: dict[str, list[str]] = field(default_factory=dict)
    reasons: list[Asked] = field(default_factory=list)
    explanations: list[Asked] = field(default_factory=list)
    clashes: list[Asked] = field(default_factory=list)
    erased: list[Asked] = field(default_factory=list)
    erase: str = ""  # names of the items that may lose their values
    entered: frozenset[str] | None = None  # after a conflict: what I had changed
    revision: int | None = None  # after a conflict: what stands now
    strike: Asked | None = None

    @property
    def has_questions(self) -> bool:
        """Tell whether anything stands below the row."""
        asked = (
            self.errors
            or self.reasons
            or self.explanations
            or self.clashes
            or self.erased
        )
        return bool(asked) or self.strike is not None

    @property
    def is_in_the_way(self) -> bool:
        return bool(self.lines)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Return what the list on top says: the item, and the words."""
        return list(self._lines())

    def _lines(self) -> Iterator[tuple[str, str]]:
        yield from (("", text) for text in self.errors)
        for name, texts in self.by_cell.items():
            yield from ((name, text) for text in texts)
        yield from ((one.name, one.text) for one in self.explanations if one.text)
        for one in self.reasons:
            if not (one.typed and one.code):
                yield one.name, _("Say why it changes.")
        for one in self.clashes:
            yield one.name, _("Somebody else changed this meanwhile. Choose one.")
        for one in self.erased:
            yield one.name, _("Would be erased: %(value)s") % {"value": one.text}


def asks_of(
    columns: Mapping[str, Column],
    data: FormData | None,
    typed: QueryDict | None,
    problems: Sequence[NotSaved],
) -> RowAsks:
    """Return what a row asks, with what was answered before."""
    asks = RowAsks()
    for problem in problems:
        _add(asks, problem, columns, data)
    if typed is not None:
        _keep(asks, columns, typed)
    return asks


def _add(
    asks: RowAsks,
    problem: NotSaved,
    columns: Mapping[str, Column],
    data: FormData | None,
) -> None:
    values = data.values if data else {}
    match problem:
        case SaveRefused():
            for finding in problem.findings:
                known = finding.item in columns
                place = asks.by_cell.setdefault(finding.item, []) if known else None
                (asks.errors if place is None else place).append(told(finding))
        case ExplanationNeeded():
            asks.explanations += [
                Asked(one.item, _label(columns, one.item), told(one), "", one.check_id)
                for one in problem.findings
            ]
        case ReasonNeeded():
            asks.reasons += [Asked(one, _label(columns, one)) for one in problem.items]
        case EraseNeeded():
            asks.erase = " ".join(problem.items)
            asks.erased += [
                Asked(one, _label(columns, one), _words(columns, one, values.get(one)))
                for one in problem.items
            ]
        case Conflict():
            asks.entered, asks.revision = problem.entered, problem.revision
            asks.clashes += [
                Asked(
                    one.item,
                    _label(columns, one.item),
                    _words(columns, one.item, one.theirs),
                )
                for one in problem.clashes
            ]
        case FormClosed():
            asks.errors.append(_("This row is closed; nothing of it was saved."))
        case _:
            asks.errors.append(str(problem))


def _keep(asks: RowAsks, columns: Mapping[str, Column], typed: QueryDict) -> None:
    """Show what was answered; else the next save would ask for it again."""
    given = {
        name: (typed.get(f"{name}__reason", ""), typed.get(f"{name}__reason_text", ""))
        for name in columns
        if typed.get(f"{name}__reason") or typed.get(f"{name}__reason_text")
    }
    names = dict.fromkeys((*(one.name for one in asks.reasons), *given))
    asks.reasons = [
        Asked(name, _label(columns, name), typed=text, code=code)
        for name in names
        for code, text in [given.get(name, ("", ""))]
    ]
    explained = explanations_in(typed)
    asked = {one.code: one for one in asks.explanations}
    asks.explanations = [
        Asked(one.name, one.label, one.text, explained.get(check, ""), check)
        for check, one in asked.items()
    ]
    for check, text in explained.items():
        if check not in asked:
            name = item_of_check(check)
            one = Asked(name, _label(columns, name), "", text, check)
            asks.explanations.append(one)
    if typed.get("erase") and not asks.erase:
        asks.erase = typed.get("erase", "")
    if typed.get("strike"):
        code = typed.get("strike_code", "")
        asks.strike = Asked("", "", typed=typed.get("strike_text", ""), code=code)


def _label(columns: Mapping[str, Column], name: str) -> str:
    return columns[name].label if name in columns else ""


def _words(columns: Mapping[str, Column], name: str, value: object) -> str:
    return columns[name].words(value) if name in columns else ""
