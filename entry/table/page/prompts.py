"""What a row of a table still needs before it is stored, with the answers so far."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import QueryDict
from django.utils.translation import gettext as _

from entry.form.forms.submission import explanations_in
from entry.form.page.item import item_of_check
from entry.table.forms.columns import Column
from record.audit.closure import database_lock_text
from record.capture.problems import (
    Conflict,
    EraseNeeded,
    ExplanationNeeded,
    FormClosed,
    NotSaved,
    ReasonNeeded,
    SaveRefused,
)
from record.casebook.checks import Finding
from record.casebook.display import finding_text
from record.casebook.form_data import FormData


@dataclass(frozen=True)
class Prompt:
    """One question: the item, the words, and the answer typed."""

    name: str
    label: str
    text: str = ""
    typed: str = ""
    code: str = ""  # of the reason chosen, or id of the check


@dataclass
class RowPrompts:
    """Everything that stands in the way of storing one row; empty when nothing does."""

    errors: list[str] = field(default_factory=list)  # of the row as a whole
    by_cell: dict[str, list[str]] = field(default_factory=dict)
    reasons: list[Prompt] = field(default_factory=list)
    explanations: list[Prompt] = field(default_factory=list)
    clashes: list[Prompt] = field(default_factory=list)
    erased: list[Prompt] = field(default_factory=list)
    erase: str = ""  # names of the items that may lose their values
    own_items: frozenset[str] | None = (
        None  # after a conflict: those the person changed
    )
    revision: int | None = None  # after a conflict: the current one
    strike: Prompt | None = None

    @property
    def is_shown(self) -> bool:
        prompts = [*self.reasons, *self.explanations, *self.clashes, *self.erased]
        return bool(self.errors or prompts) or self.strike is not None

    @property
    def is_blocked(self) -> bool:
        return bool(self.messages)

    @property
    def messages(self) -> list[tuple[str, str]]:
        return list(self._messages())

    def _messages(self) -> Iterator[tuple[str, str]]:
        yield from (("", text) for text in self.errors)
        for name, texts in self.by_cell.items():
            yield from ((name, text) for text in texts)
        yield from (
            (prompt.name, prompt.text) for prompt in self.explanations if prompt.text
        )
        for prompt in self.reasons:
            if not (prompt.typed and prompt.code):
                yield prompt.name, _("Choose why it changes, and say it in your words.")
        for prompt in self.clashes:
            yield prompt.name, _("This was changed meanwhile. Choose one.")
        for prompt in self.erased:
            yield prompt.name, _("Would be erased: %(value)s") % {"value": prompt.text}


def prompts_of(
    columns: Mapping[str, Column],
    data: FormData | None,
    typed: QueryDict | None,
    problems: Sequence[NotSaved],
) -> RowPrompts:
    prompts = RowPrompts()
    for problem in problems:
        _add_problem(prompts, problem, columns, data)
    if typed is not None:
        _add_answers(prompts, columns, typed)
        if any(isinstance(problem, FormClosed) for problem in problems):
            prompts.errors += _typed_texts(columns, typed)
    return prompts


def _typed_texts(columns: Mapping[str, Column], typed: QueryDict) -> list[str]:
    """What was typed into a row that was closed meanwhile, to be read and copied."""
    return [
        f"{_label(columns, name)}: {', '.join(texts)}"
        for name in columns
        if (texts := [text for text in typed.getlist(name) if text])
    ]


def _add_problem(
    prompts: RowPrompts,
    problem: NotSaved,
    columns: Mapping[str, Column],
    data: FormData | None,
) -> None:
    values = data.values if data else {}
    match problem:
        case SaveRefused():
            _add_errors(prompts, problem.findings, columns)
        case ExplanationNeeded():
            prompts.explanations += [
                _prompt(columns, finding.item, finding_text(finding), finding.check_id)
                for finding in problem.findings
            ]
        case ReasonNeeded():
            prompts.reasons += [_prompt(columns, name) for name in problem.items]
        case EraseNeeded():
            prompts.erase = " ".join(problem.items)
            prompts.erased += [
                _prompt(columns, name, _words(columns, name, values.get(name)))
                for name in problem.items
            ]
        case Conflict():
            prompts.own_items, prompts.revision = problem.entered, problem.revision
            prompts.clashes += [
                _prompt(columns, clash.item, _words(columns, clash.item, clash.theirs))
                for clash in problem.clashes
            ]
        case FormClosed():
            closed = _("This row is closed; nothing of it was saved.")
            prompts.errors.append(database_lock_text() or closed)
        case _:
            prompts.errors.append(str(problem))


def _add_errors(
    prompts: RowPrompts, findings: Sequence[Finding], columns: Mapping[str, Column]
) -> None:
    for finding in findings:
        if finding.item in columns:
            texts = prompts.by_cell.setdefault(finding.item, [])
        else:
            texts = prompts.errors
        texts.append(finding_text(finding))


def _prompt(
    columns: Mapping[str, Column], name: str, text: str = "", code: str = ""
) -> Prompt:
    return Prompt(name, _label(columns, name), text, code=code)


def _add_answers(
    prompts: RowPrompts, columns: Mapping[str, Column], typed: QueryDict
) -> None:
    """Show the answers typed; else the next save would ask for them again."""
    reasons = {
        name: (typed.get(f"{name}__reason", ""), typed.get(f"{name}__reason_text", ""))
        for name in columns
        if typed.get(f"{name}__reason") or typed.get(f"{name}__reason_text")
    }
    names = dict.fromkeys((*(prompt.name for prompt in prompts.reasons), *reasons))
    prompts.reasons = [
        Prompt(name, _label(columns, name), typed=text, code=code)
        for name in names
        for code, text in [reasons.get(name, ("", ""))]
    ]
    explanations = explanations_in(typed)
    checks = {prompt.code for prompt in prompts.explanations}
    prompts.explanations = [
        replace(prompt, typed=explanations.get(prompt.code, ""))
        for prompt in prompts.explanations
    ]
    prompts.explanations += [
        replace(_prompt(columns, item_of_check(check), code=check), typed=text)
        for check, text in explanations.items()
        if check not in checks
    ]
    if typed.get("erase") and not prompts.erase:
        prompts.erase = typed.get("erase", "")
    if typed.get("strike"):
        code = typed.get("strike_code", "")
        prompts.strike = Prompt("", "", typed=typed.get("strike_text", ""), code=code)


def _label(columns: Mapping[str, Column], name: str) -> str:
    return columns[name].label if name in columns else ""


def _words(columns: Mapping[str, Column], name: str, value: object) -> str:
    return columns[name].words(value) if name in columns else ""
