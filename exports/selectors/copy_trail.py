"""The audit trail of the forms of a copied casebook."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exports.selectors.copy_words import (
    CopyWords,
    site_time,
    utc_time,
)
from record.accounts.models import User
from record.accounts.texts import role_words
from record.audit.models import Entry
from record.capture.texts import reason_words
from record.casebook import catalogue
from record.casebook.access import visible_items
from record.casebook.display import NOTHING
from record.casebook.history import changes_in
from record.casebook.items import Item
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import Value

SHEETS = FormInstance._meta.db_table
STATUS = dict(FormStatus.choices)
COLUMNS = {
    "status": gettext_lazy("Status"),
    "struck_at": gettext_lazy("Struck out"),
    "from_paper": gettext_lazy("From paper"),
    "frozen_at": gettext_lazy("Frozen"),
    "locked_at": gettext_lazy("Locked"),
}


@dataclass(frozen=True)
class CopiedChange:
    """One change of an item, or of the state of a form, by one entry."""

    entry: Entry
    form: FormInstance
    name: str  # of the item, or of the column of the form
    item: Item | None
    label: str
    old: Value
    new: Value
    reason: Mapping[str, str] | None

    def line(self, words: CopyWords) -> dict[str, str]:
        entry = self.entry
        at = entry.demo_at or entry.at  # only a demo has a time of its own
        person = words.people.get(entry.actor_id or 0)
        return {
            "row": str(self.form.occurrence),
            "utc": utc_time(at),
            "site": site_time(at),
            "who": str(person) if person else entry.actor,
            "role": role_words(entry.role),
            "via": entry.via,
            "item": self.label,
            "old": self._text(self.old, words),
            "new": self._text(self.new, words),
            "reason": reason_words(self.reason),
        }

    def _text(self, value: Value, words: CopyWords) -> str:
        if self.item is not None:
            return words.text(self.item, value)
        if isinstance(value, datetime):
            return site_time(value)
        return str(STATUS.get(value, value)) if value else NOTHING


class CopyTrail:
    """The changes of some forms, by form, in the order in which they were made."""

    def __init__(self, forms: Mapping[int, FormInstance], user: User) -> None:
        self.forms, self.user = forms, user

    @cached_property
    def by_form(self) -> Mapping[int, list[CopiedChange]]:
        by_form: dict[int, list[CopiedChange]] = defaultdict(list)
        entries = Entry.objects.filter(form_id__in=self.forms, act="")
        for entry in entries.order_by("id"):
            form = self.forms[entry.form_id or 0]
            by_form[form.pk] += self._changes(form, entry)
        return by_form

    def values(self) -> Iterator[tuple[Item, Value]]:
        """What the changes say of items, before and after."""
        for change in self._all():
            if change.item is not None:
                yield change.item, change.old
                yield change.item, change.new

    def _all(self) -> Iterable[CopiedChange]:
        return (change for changes in self.by_form.values() for change in changes)

    def _changes(self, form: FormInstance, entry: Entry) -> Iterator[CopiedChange]:
        design = catalogue.design(form.code)
        if entry.table_name == SHEETS:
            yield from _state_changes(form, entry)
        elif entry.table_name == design.model._meta.db_table:
            visible = visible_items(self.user, design)
            for one in changes_in(design, entry):
                item = design.items[one.item]
                if one.item not in visible or item.facts.identity:
                    continue
                reason = vars(one.reason) if one.reason else None
                label = str(item.verbose_name)
                yield CopiedChange(
                    entry, form, one.item, item, label, one.old, one.new, reason
                )


def _state_changes(form: FormInstance, entry: Entry) -> Iterator[CopiedChange]:
    for column, label in COLUMNS.items():
        if column not in entry.new_values:
            continue
        old, new = (
            _state(column, values.get(column))
            for values in (entry.old_values, entry.new_values)
        )
        if old or new:
            reason = entry.reasons.get("")
            yield CopiedChange(entry, form, column, None, str(label), old, new, reason)


def _state(column: str, stored: Any) -> str | datetime | None:
    if column == "from_paper":
        return _("yes") if stored else None
    is_instant = stored and column != "status"
    return datetime.fromisoformat(stored) if is_instant else stored
