"""What a line says of writes that are no form, and of acts: what is listed here alone.

A column or a detail that is not listed shows nothing: a new one is secret until
somebody decides that every reader of the entry may read it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from monitoring.trail.selectors.wordings import item_label
from monitoring.trail.vocabulary import CHECK_OUTCOMES
from record.accounts.roles import Role
from record.accounts.selectors import REASONS as SIGN_IN_REASONS
from record.accounts.vocabulary import AccessChange
from record.audit.models import Confidentiality, Entry
from record.casebook.models import FormInstance, FormStatus
from record.review.models import QueryState, QueryStep
from trial_edc.vocabulary import N_, Codelist
from trial_edc.wording import written_out

Words = Callable[[Any, FormInstance | None], str]


def _plain(value: Any, _form: FormInstance | None) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "" if value is None else str(value)


def _if_so(value: Any, _form: FormInstance | None) -> str:
    return _("yes") if value else ""


def _of(labels: Mapping[str, Any]) -> Words:
    return lambda value, _form: str(labels.get(value, value or ""))


def _coded(terms: type[Codelist]) -> Words:
    labels = {term.value: term.label for term in terms}
    return lambda value, _form: _(labels[value]) if value in labels else value or ""


def _item(value: Any, form: FormInstance | None) -> str:
    return item_label(form, value) if value else ""


def _items(value: Any, form: FormInstance | None) -> str:
    return ", ".join(item_label(form, name) for name in value or ())


SHOWN: Mapping[str, Mapping[str, tuple[str, Words]]] = {
    "casebook_forminstance": {
        "status": (N_("Status"), _of(dict(FormStatus.choices))),
        "due_on": (N_("Due"), _plain),
        "struck_at": (N_("Struck out"), _plain),
        "from_paper": (N_("From paper"), _if_so),
        "frozen_at": (N_("Frozen"), _plain),
        "locked_at": (N_("Locked"), _plain),
    },
    "casebook_participant": {"number": (N_("Participant"), _plain)},
    "review_query": {
        "item": (N_("Item"), _item),
        "state": (N_("State"), _of(dict(QueryState.choices))),
        "check_id": (N_("Edit check"), _plain),
    },
    "review_verification": {
        "plain_items": (N_("Items"), _items),
        "withdrawn_at": (N_("Withdrawn"), _plain),
    },
    "review_signature": {
        "meaning": (N_("Meaning"), _plain),
        "withdrawn_at": (N_("Withdrawn"), _plain),
    },
    "accounts_user": {
        "username": (N_("User name"), _plain),
        "role": (N_("Role"), _coded(Role)),
        "is_active": (N_("Account open"), _plain),
        "delegated_from": (N_("Delegated from"), _plain),
        "delegated_until": (N_("Delegated until"), _plain),
    },
    "accounts_accountproposal": {
        "change": (N_("Change"), _coded(AccessChange)),
        "role": (N_("Role"), _coded(Role)),
        "reason": (N_("Reason"), _plain),
    },
    "randomization_allocation": {"code": (N_("Randomization code"), _plain)},
    "randomization_studystatuschange": {
        "status": (N_("Status"), _plain),
        "reason": (N_("Reason"), _plain),
    },
    "visits_referencerange": {
        "analyte": (N_("Analyte"), _plain),
        "low": (N_("Low"), _plain),
        "high": (N_("High"), _plain),
        "unit": (N_("Unit"), _plain),
    },
    "enrollment_consentdocument": {"version": (N_("Version"), _plain)},
}
ACT_DETAILS: Mapping[str, tuple[str, Words]] = {
    "username": (N_("User name"), _plain),
    "why": (N_("Reason"), _of(SIGN_IN_REASONS)),
    "count": (N_("Tries"), _plain),
    "listing": (N_("Listing"), _plain),
    "rows": (N_("Rows"), _plain),
    "sha256": ("SHA-256", _plain),
    "content": (N_("Content"), _plain),
    "software": (N_("Software"), _plain),
    "protocol": (N_("Protocol"), _plain),
    "item": (N_("Item"), _item),
    "other": (N_("Other participant"), _plain),
}


@dataclass(frozen=True, slots=True)
class TrailValue:
    """One value of an entry: before, after, and why."""

    label: str
    old: str
    new: str
    reason: str = ""
    item: str = ""


def detail_values(entry: Entry, form: FormInstance | None) -> Iterator[TrailValue]:
    if entry.confidentiality != Confidentiality.OPEN:
        return
    if entry.act:
        yield from _of_act(entry, form)
    elif entry.table_name == QueryStep._meta.db_table:
        yield _of_step(entry)
    else:
        shown = SHOWN.get(entry.table_name, {})
        for column, (label, words) in shown.items():
            if column in entry.new_values:
                old = words(entry.old_values.get(column), form)
                if (new := words(entry.new_values[column], form)) or old:
                    yield TrailValue(_(label), old, new)


def _of_act(entry: Entry, form: FormInstance | None) -> Iterator[TrailValue]:
    for finding in entry.new_values.get("findings", ()):
        label = item_label(form, finding["item"]) or _("Form")
        outcome = _(CHECK_OUTCOMES.get(finding["outcome"], finding["outcome"]))
        yield TrailValue(label, "", f"{finding['check']}: {outcome}")
    for name, (label, words) in ACT_DETAILS.items():
        if value := entry.new_values.get(name):
            yield TrailValue(_(label), "", words(value, form))


def _of_step(entry: Entry) -> TrailValue:
    values = entry.new_values
    text = values.get("stored_text", "")
    if values.get("is_coded"):
        text = written_out(json.loads(text))
    actions = dict(QueryStep.Action.choices)
    return TrailValue(str(actions.get(values.get("action"), "")), "", text)
