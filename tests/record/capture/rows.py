"""Rows of every table with random answers, and all that is stored of a participant."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from record.audit.models import Entry
from record.capture.entries import FormEntry, form_entry
from record.casebook import catalogue, items
from record.casebook.design import FormDesign
from record.casebook.items import Item
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import data_of, row_of
from record.casebook.services.copies import Copy
from record.casebook.values import MissingCode
from record.review.models import Query
from tests.visits import stage
from trial_edc.copies import COPIES
from trial_edc.dates import SITE_TZ
from visits.models import Laboratory

TABLES = sorted(d.code for d in catalogue.designs().values() if d.is_table)
INSTANTS = 12
NAMES = ("id", "number", "sequence", "client_key", "record", "row_id")
PEOPLE = ("saved_by_id", "by_id", "raised_by_id")

# What makes a row complete; random answers take the place of some of it.
WHOLE: dict[str, dict[str, Any]] = {
    "CRE": {"value": ("95", "umol/L"), "place": "icu", "routine_care": "Y"},
    "URI": {"volume_ml": "60", "catheter": "Y"},
    "VIT": {"weight_kg": "70", "weight_source": "bed_scale", "height_cm": "170"},
    "LAB": {"potassium": ("4.1", "mmol/L"), "routine_care": "Y"},
    "RRT": {
        "row_kind": "session",
        "modality": "ihd",
        "ongoing": "N",
        "unplanned": "N",
        "indication": ["fluid"],
        "place": "ours",
        "source": "record",
        "stop_reason": "other",
    },
    "STY": {
        "kind": "hospital",
        "hospital": "ours",
        "admission_type": "index",
        "reason": "Sepsis",
        "out_to": "home",
    },
    "CMD": {
        "drug": "Furosemide",
        "category": "diuretic",
        "dose_unit": "mg",
        "frequency": "daily",
        "route": "iv",
        "indication": "Oedema",
        "dose": "40",
        "ongoing": "N",
    },
}


def instant(number: int, minutes: int = 0) -> str:
    at = stage.days_ago(9) + timedelta(hours=number, minutes=minutes)
    return f"{at.astimezone(SITE_TZ):%Y-%m-%d %H:%M}"


def whole(design: FormDesign) -> dict[str, Any]:
    """What makes a row complete, but for its times; what is not named was not done."""
    own = dict(WHOLE[design.code])
    if "laboratory" in design.items:
        own["laboratory"] = Laboratory.objects.latest("pk").pk
    if design.collected.visits:
        for name, item in design.items.items():
            is_free = item.facts.missing_allowed and item.facts.only_if is None
            if is_free and name not in own and not item.facts.judged:
                own[name] = MissingCode.NOT_DONE
    return own


def answers(chance: Random, design: FormDesign, number: int) -> dict[str, Any]:
    """Of a row that begins in the hour of that number, mostly whole."""
    entered = whole(design) | times(design, number)
    others = {
        n: i
        for n, i in design.items.items()
        if not isinstance(i, items.File | items.ItemGroup)
    }
    for name in chance.sample(list(others), chance.choice([0, 0, 1, 2])):
        entered[name] = answer(chance, others[name])
    return entered


def times(design: FormDesign, number: int) -> dict[str, str]:
    """When the row of that number begins and ends."""
    kinds = (items.DateTime, items.PartialDate)
    names = [name for name, item in design.items.items() if isinstance(item, kinds)]
    return {name: instant(number, 30 * n) for n, name in enumerate(names[:2])}


def answer(chance: Random, item: Item) -> object:
    """Some answer, right or wrong, from few so that rows meet each other."""
    terms = [term.value for term in item.facts.terms or ()]
    match item:
        case items.DateTime() | items.PartialDate():
            return chance.choice([instant(chance.randrange(INSTANTS)), "2026-01", ""])
        case items.MultipleChoice():
            return chance.sample(terms, 1)
        case items.Lab():
            text = chance.choice(["1", "5", "150", "2000", "x"])
            return text, item.standard_unit
        case items.Number():
            return chance.choice(["0", "7", "150", "3000", "-1"])
        case items.User():
            return chance.choice([10**9, ""])
        case _:
            return chance.choice([*terms, "", "Something"])


def entry(chance: Random, design: FormDesign, number: int, **how: Any) -> FormEntry:
    values = answers(chance, design, number)
    how = {"complete": chance.random() < 0.8, "erase": True, **how}
    return form_entry(design, values, **how)


def stored(participant: Participant, *codes: str) -> dict[str, Any]:
    """All of it, without keys; entries of each table of a form in their order."""
    own = FormInstance.objects.filter(participant=participant)
    # A randomization has a number of its own.
    forms = list(own.filter(code__in=codes) if codes else own.exclude(code="RAN"))
    places = {form.pk: str(form) for form in forms}
    queries = Query.objects.filter(form__in=forms)
    return {
        "forms": {str(form): _form(form) for form in forms},
        "entries": _entries(participant, places),
        "queries": sorted((str(one.form), _query(one)) for one in queries),
        "copies": [_copies(copy, participant) for copy in COPIES],
    }


def _form(form: FormInstance) -> tuple[object, ...]:
    data = data_of(form, row_of(form))
    moments = form.saved_at, form.first_completed_at, form.struck_at
    columns = form.status, form.revision, form.item_revisions, form.verification
    return *columns, form.saved_by_id, *moments, data.values, data.item_revisions


def _query(query: Query) -> tuple[object, ...]:
    steps = query.steps.order_by("pk")
    texts = tuple((s.action, s.text, str(s.by), s.at) for s in steps)
    return *query.place, query.state, query.raised_at, texts


def _entries(
    participant: Participant, places: Mapping[int, str]
) -> dict[tuple[str, str], list[object]]:
    entries: dict[tuple[str, str], list[object]] = defaultdict(list)
    for one in Entry.objects.filter(participant_id=participant.pk).order_by("id"):
        place = places.get(one.form_id or 0, "")
        if not place or _is_refusal(one):  # of the person, or of nothing stored
            continue
        changes = [_keyless(one.old_values), _keyless(one.new_values)]
        how = one.reasons, one.actor, one.role, one.via, one.revision, one.act
        entries[place, one.table_name].append((one.operation, *changes, *how))
    return dict(entries)


def _is_refusal(entry: Entry) -> bool:
    findings = entry.new_values.get("findings", ()) if entry.act else ()
    return any(one["outcome"] in ("refused", "explanation_asked") for one in findings)


def _keyless(values: Mapping[str, Any]) -> dict[str, Any]:
    is_key = {name: name.endswith("_id") and name not in PEOPLE for name in values}
    return {n: v for n, v in values.items() if n not in NAMES and not is_key[n]}


def _copies(copy: Copy, participant: Participant) -> list[dict[str, Any]]:
    rows = copy.model._default_manager.filter(participant=participant)
    return [_keyless(row) for row in rows.order_by(*copy.key).values()]
