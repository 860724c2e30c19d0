"""The history of an item, and of a strike-out, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from randomization.code_breaks.selectors.unblinding import code_break_before
from randomization.models import CodeBreak
from record.accounts.models import User
from record.accounts.texts import role_words
from record.audit.models import Entry
from record.capture.texts import reason_words
from record.casebook import items
from record.casebook.display import words
from record.casebook.history import Change
from record.casebook.items import Item
from record.casebook.models import FormInstance, FormStatus
from record.casebook.values import Value
from trial_edc.requirements import implements

FORM_TABLE = FormInstance._meta.db_table


@dataclass(frozen=True)
class HistoryEntry:
    """One change as people read it."""

    at: Any
    who: str
    role: str
    reason: str
    old: str = ""
    new: str = ""
    revision: int = 0
    unblinded: CodeBreak | None = None  # the first one before the change


@implements("AUD-08")
def item_history(
    item: Item, changes: list[Change], breaks: Sequence[CodeBreak] = ()
) -> list[HistoryEntry]:
    """The last change first.

    `breaks`: the participant's code breaks, as far as the reader may know of them.
    """
    people = User.objects.in_bulk({c.actor_id for c in changes if c.actor_id})
    linked = _linked(item, [value for c in changes for value in (c.old, c.new)])
    return [
        HistoryEntry(
            change.at,
            _name(people.get(change.actor_id or 0), change.actor),
            role_words(change.role),
            reason_words(vars(change.reason) if change.reason else None),
            _text(item, change.old, linked),
            _text(item, change.new, linked),
            change.revision,
            code_break_before(breaks, change.clock_at),
        )
        for change in reversed(changes)
    ]


@implements("AUD-06")
def strike_out_of(form: FormInstance) -> HistoryEntry | None:
    """Who struck a row out, when and why; None for a row that counts."""
    if form.struck_at is None:
        return None
    entry = _last_entry_of(form, "struck_at")
    return _act_of(entry, at=form.struck_at) if entry else None


def not_done_statement_of(form: FormInstance) -> HistoryEntry | None:
    """Who stated that a form was not done, when and why; None for any other form."""
    if form.status != FormStatus.NOT_DONE or form.pk is None:
        return None
    entry = _last_entry_of(form, "status")
    return _act_of(entry, at=entry.demo_at or entry.at) if entry else None


@implements("BAK-05")
def paper_statement_of(form: FormInstance) -> HistoryEntry | None:
    """Who stated that a form comes from paper, when and why; None for any other."""
    if not form.from_paper:
        return None
    entry = _last_entry_of(form, "from_paper")
    return _act_of(entry, at=entry.demo_at or entry.at) if entry else None


def _last_entry_of(form: FormInstance, column: str) -> Entry | None:
    entries = Entry.objects.filter(form_id=form.pk, table_name=FORM_TABLE)
    return entries.filter(new_values__has_key=column).last()


def _act_of(entry: Entry, *, at: datetime) -> HistoryEntry:
    person = User.objects.filter(pk=entry.actor_id or 0).first()
    return HistoryEntry(
        at,
        _name(person, entry.actor),
        role_words(entry.role),
        reason_words(entry.reasons.get("")),
    )


def _name(person: User | None, actor: str) -> str:
    return person.full_name if person else actor


def _text(item: Item, value: Value, linked: dict[int, str]) -> str:
    link_text = isinstance(value, int) and linked.get(value)
    return link_text or words(item, value)


def _linked(item: Item, values: list[Value]) -> dict[int, str]:
    keys = {value for value in values if isinstance(value, int)}
    if not isinstance(item, items.User) or not keys:
        return {}
    if isinstance(item, items.Ref) and item.form:
        rows = FormInstance.objects.filter(pk__in=keys)
        return {row.pk: f"#{row.occurrence}" for row in rows}
    targets = item.target()._default_manager.filter(pk__in=keys)
    return {row.pk: str(row) for row in targets}
