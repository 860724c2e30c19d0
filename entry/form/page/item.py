"""One item of the form page: control, marks, prompts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from entry.form.forms import controls
from record.capture.problems import (
    Clash,
    EraseNeeded,
    ExplanationNeeded,
    NotSaved,
    ReasonNeeded,
)
from record.casebook import items
from record.casebook.checks import CHECKS, Finding
from record.casebook.display import finding_text, words
from record.casebook.items import Item
from record.review.models import Query, QueryState
from trial_edc.vocabulary import MissingCode


@dataclass
class ItemView:
    """One item of the page."""

    name: str
    item: Item
    control: str
    text: str
    required: bool
    is_applicable: bool
    read_only: bool
    missing: str = ""
    unit: str = ""
    errors: list[str] = field(default_factory=list)
    soft: list[tuple[str, str, str]] = field(default_factory=list)
    needs_reason: bool = False
    reason: tuple[str, str] = ("", "")
    clash: Clash | None = None
    query: str = ""
    verified: bool | None = None
    has_history: bool = False
    is_pending: bool = False
    rows: list[list[str]] = field(default_factory=list)
    stored_file: str = ""
    unsaved_file: str = (
        ""  # the key of a file that is stored, but not saved with the form
    )

    @property
    def typed_reason(self) -> bool:
        return any(self.reason)

    @property
    def is_visible(self) -> bool:
        return self.is_applicable or bool(self.errors) or self.clash is not None

    @property
    def classes(self) -> str:
        """The states of the item that the style sheet knows."""
        states = {
            "has-error": self.errors,
            "has-soft": self.soft,
            "is-read-only": self.read_only,
        }
        return " ".join(["item", *(name for name, holds in states.items() if holds)])

    @property
    def query_mark(self) -> str:
        """The status of its query while people are at work on it."""
        return self.query if self.query in ("open", "answered") else ""

    @property
    def verification_mark(self) -> str:
        if self.verified is None:
            return ""
        return "verified" if self.verified else "changed_since_verified"

    @property
    def missing_choices(self) -> list[tuple[str, str]]:
        return [(code.value, f"{code.value} {_(code.label)}") for code in MissingCode]

    @property
    def units(self) -> list[str]:
        return list(self.item.units) if isinstance(self.item, items.Lab) else []

    @property
    def offers_what_was_sent(self) -> bool:
        """Whether missing code and unit are choices of their selects."""
        is_code = self.missing in ("", *MissingCode)
        return is_code and self.unit in ("", *self.units)

    @property
    def only_unit(self) -> str:
        return self.units[0] if len(self.units) == 1 else ""

    @property
    def is_group(self) -> bool:
        is_choice = isinstance(self.item, items.Choice)
        is_short = len(self.item.facts.terms or ()) <= controls.MAX_RADIO_OPTIONS
        return isinstance(self.item, items.MultipleChoice) or (is_choice and is_short)

    @property
    def condition_json(self) -> str:
        """Empty where the browser cannot tell: only the server knows other forms."""
        only_if = self.item.facts.only_if
        condition = only_if.as_json() if only_if else None
        return json.dumps(condition) if condition else ""

    @property
    def is_file(self) -> bool:
        return isinstance(self.item, items.File)

    @property
    def columns(self) -> list[Any]:
        if not isinstance(self.item, items.ItemGroup):
            return []
        return [column.verbose_name for column in self.item.columns.values()]

    @property
    def theirs(self) -> str:
        return words(self.item, self.clash.theirs) if self.clash else ""


def soft_questions(
    item: str, findings: Iterable[Finding], explanations: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """The prompts of an item: the check, its words, the explanation typed.

    An earlier explanation stays on the page, else the next save would ask for it again.
    """
    questions = {f.check_id: finding_text(f) for f in findings if f.item == item}
    answered = {
        check_id: "" for check_id in explanations if item_of_check(check_id) == item
    }
    return [
        (check_id, text, explanations.get(check_id, ""))
        for check_id, text in (answered | questions).items()
    ]


def item_of_check(check_id: str) -> str:
    """The item of a check; that of a range has it in its id."""
    check = CHECKS.get(check_id)
    return check.item if check else (*check_id.split("."), "")[1]


def prompts_beside(view: ItemView, problem: NotSaved | None) -> list[str]:
    """What else an item asks before the form is saved."""
    messages = []
    if view.clash:
        messages.append(_("This was changed meanwhile. Choose one."))
    if view.needs_reason and isinstance(problem, ReasonNeeded):
        messages.append(_("Choose why it changes, and say it in your words."))
    if isinstance(problem, ExplanationNeeded):
        messages += [text for _check, text, _typed in view.soft if text][:1]
    if isinstance(problem, EraseNeeded) and view.name in problem.items:
        messages.append(_("Would be erased: %(value)s") % {"value": view.text})
    return messages


def query_state(queries: Sequence[Query]) -> str:
    """Of several the one that waits the most."""
    states = {query.state for query in queries}
    for state in (QueryState.OPEN, QueryState.ANSWERED, QueryState.CLOSED):
        if state in states:
            return state.value
    return ""
