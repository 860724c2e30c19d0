"""The history of items, from the audit trail, as values again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from record.audit.attribution import Reason, Source
from record.audit.models import Entry
from record.casebook import catalogue
from record.casebook.design import FormDesign
from record.casebook.items import Item, Lab
from record.casebook.models import FormInstance, SealedCRF
from record.casebook.values import MissingCode, Value, is_same


@dataclass(frozen=True)
class Change:
    """One change of one item."""

    item: str
    old: Value
    new: Value
    at: datetime
    actor: str
    role: str
    via: str
    revision: int
    reason: Reason | None
    actor_id: int | None = None
    clock_at: datetime | None = None  # the trial's time, which a demo moves


def value_from_entry(item: Item, stored: Any) -> Value:
    if stored is None:
        return None
    if isinstance(stored, dict) and set(stored) == {"missing"}:
        return MissingCode(stored["missing"])
    if isinstance(item, Lab) and isinstance(stored, dict):
        text = f"{stored.get('comparator', '')}{stored['value']}"
        return item.parse_entered((text, stored["unit"]))
    return item.from_json(stored)


def entries_of(form: FormInstance, *, after_revision: int = 0) -> list[Entry]:
    table = catalogue.design(form.code).model._meta.db_table
    return list(
        Entry.objects.filter(
            form_id=form.pk, table_name=table, revision__gt=after_revision
        ).order_by("id")
    )


def changes_of(form: FormInstance, *, after_revision: int = 0) -> list[Change]:
    design = catalogue.design(form.code)
    return [
        change
        for entry in entries_of(form, after_revision=after_revision)
        for change in changes_in(design, entry)
    ]


def changes_since(
    design: FormDesign, seen_revisions: Iterable[tuple[FormInstance, int]]
) -> dict[int, list[Change]]:
    """Changes of forms that somebody who saw these revisions has not seen, by form.

    Who names a revision that the form never had has seen nothing. One select; none when
    everybody saw the last revision.
    """
    behind = {
        form.pk: seen if 0 <= seen < form.revision else 0
        for form, seen in seen_revisions
        if seen != form.revision
    }
    if not behind:
        return {}
    unseen: dict[int, list[Change]] = {pk: [] for pk in behind}
    entries = Entry.objects.filter(
        form_id__in=behind,
        table_name=design.model._meta.db_table,
        revision__gt=min(behind.values()),
    )
    for entry in entries.order_by("id"):
        if entry.form_id and (entry.revision or 0) > behind[entry.form_id]:
            unseen[entry.form_id] += changes_in(design, entry)
    return unseen


def changes_in(design: FormDesign, entry: Entry) -> Iterator[Change]:
    pairs: Mapping[str, tuple[Value, Value]]
    reasons = entry.reasons
    if issubclass(design.model, SealedCRF):
        pairs = _unsealed_pairs(design.model, entry.changes.get("sealed"))
        reasons = design.model.unseal_reasons(reasons)
    else:
        pairs = {
            name: tuple(value_from_entry(design.items[name], value) for value in pair)
            for name, pair in entry.changes.items()
            if name in design.items
        }
    # The reason of an import stands for the whole write.
    is_imported = entry.via == Source.IMPORT
    for name, (old, new) in pairs.items():
        reason = reasons.get(name) or (reasons.get("") if is_imported else None)
        yield Change(
            name,
            old,
            new,
            entry.at,
            entry.actor,
            entry.role,
            entry.via,
            entry.revision or 0,
            Reason(**reason) if reason else None,
            entry.actor_id,
            entry.demo_at or entry.at,
        )


def _unsealed_pairs(
    model: type[SealedCRF], pair: list[str | None] | None
) -> dict[str, tuple[Value, Value]]:
    old, new = (model.unsealed(text or "") for text in pair or ("", ""))
    pairs = {}
    for name in model.crf_items():
        before = _code_or_value(old.missing, old.values, name)
        after = _code_or_value(new.missing, new.values, name)
        if not is_same(before, after):
            pairs[name] = before, after
    return pairs


def _code_or_value(
    missing: Mapping[str, str], values: Mapping[str, Value], name: str
) -> Value:
    return MissingCode(missing[name]) if name in missing else values.get(name)
