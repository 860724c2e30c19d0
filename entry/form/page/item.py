"""One item of a form as the page shows it: control, marks, and what is asked of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from entry.form.forms import controls
from record.capture.problems import Clash
from record.casebook import items
from record.casebook.checks import CHECKS, Finding
from record.casebook.display import words
from record.casebook.items import Item
from trial_edc.vocabulary import MissingCode


@dataclass
class ItemView:
    """One item as the page shows it."""

    name: str
    item: Item
    control: str
    text: str
    required: bool
    shown: bool
    read_only: bool
    condition: Any
    missing: str = ""
    unit: str = ""
    errors: list[str] = field(default_factory=list)
    soft: list[tuple[str, str, str]] = field(default_factory=list)
    reason_asked: bool = False
    reason: tuple[str, str] = ("", "")
    clash: Clash | None = None
    query: str = ""
    verified: bool | None = None
    has_history: bool = False
    is_pending: bool = False
    rows: list[list[str]] = field(default_factory=list)
    stored_file: str = ""
    kept_file: str = ""  # the key of one that was chosen and is not saved yet

    @property
    def is_visible(self) -> bool:
        """Tell whether the item stands on the page: asked, wrong, or in dispute."""
        return self.shown or bool(self.errors) or self.clash is not None

    @property
    def missing_choices(self) -> list[tuple[str, str]]:
        return [(code.value, _(code.label)) for code in MissingCode]

    @property
    def units(self) -> list[str]:
        return list(self.item.units) if isinstance(self.item, items.Lab) else []

    @property
    def is_group(self) -> bool:
        """Tell whether the control is a group of buttons or boxes."""
        choice = isinstance(self.item, items.Choice)
        few = len(self.item.facts.terms or ()) <= controls.RADIO_MOST
        return isinstance(self.item, items.MultipleChoice) or (choice and few)

    @property
    def condition_json(self) -> str:
        """Return the condition of skip logic as the page's script asks it."""
        return json.dumps(self.condition)

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
        """Return the other side of a clash in words."""
        return words(self.item, self.clash.theirs) if self.clash else ""


def soft_questions(
    item: str, findings: Iterable[Finding], explained: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return what is asked of an item: the check, its words, the explanation typed.

    What was explained before and is not asked now stays on the page, else the next
    save would ask for it again.
    """
    asked = {f.check_id: finding_text(f) for f in findings if f.item == item}
    kept = {one: "" for one in explained if item_of_check(one) == item}
    return [(one, text, explained.get(one, "")) for one, text in (kept | asked).items()]


def item_of_check(check_id: str) -> str:
    """Return the item of a check; that of a range bears it in its name."""
    declared = CHECKS.get(check_id)
    return declared.item if declared else (*check_id.split("."), "")[1]


def finding_text(finding: Finding) -> str:
    """Return a finding's message in the reader's language."""
    text = _(str(finding.message))
    return text % finding.details if finding.details else text
