"""Rows saved together store what they store one by one, and are refused alike."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from django.db import transaction

from record.audit.attribution import Reason, Source, attributed
from record.capture.entries import FormEntry, form_entry
from record.capture.problems import NotSaved, SaveRefused
from record.capture.services.forms import save_entry
from record.capture.services.rows import (
    RowEntry,
    RowsNotSaved,
    idle_findings,
    save_rows,
)
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.casebook.services.form_instances import add_row
from tests.people import STAGE, person
from tests.randomization import stage as randomization
from tests.record.capture.rows import TABLES, answers, entry, stored
from tests.visits import stage
from visits.laboratory.services import register_laboratory

pytestmark = pytest.mark.django_db
WHY = Reason("transcription", "misread")
ROWS = 12
Problems = dict[str, tuple[object, ...]]
Entered = Sequence[tuple[str, FormInstance | None, FormEntry]]


def told(problem: NotSaved) -> tuple[object, ...]:
    content = [value for name, value in sorted(vars(problem).items())]
    return type(problem), str(problem), content


def together(who: Participant, code: str, entered: Entered, by: Any) -> Problems:
    rows = [RowEntry(key, one, form, visit=_visit(code)) for key, form, one in entered]
    try:
        save_rows(who, code, rows, by=by)
    except RowsNotSaved as refused:
        return {key: told(problem) for key, problem in refused.problems.items()}
    return {}


def one_by_one(who: Participant, code: str, entered: Entered, by: Any) -> Problems:
    """Each row a save of its own, in one transaction: all of them or none."""
    problems: Problems = {}
    with attributed(by=by, via=Source.PAGE):
        for key, form, one in entered:
            row = form or add_row(who, code, by=by, visit=_visit(code))
            try:
                saved = save_entry(row, one, by=by, via=Source.PAGE)
                if idle := idle_findings(catalogue.design(code), one, saved):
                    raise SaveRefused(idle)
            except NotSaved as problem:
                problems[key] = told(problem)
        transaction.set_rollback(bool(problems))
    return problems


def _visit(code: str) -> str:
    return next(iter(catalogue.design(code).collected.visits), "")


Save = Callable[[Participant, str, Entered, Any], Problems]


def course(who: Participant, code: str, save: Save, by: Any) -> list[Problems]:
    """Random rows are added, then changed, some of them as they were shown before."""
    design, chance, all_problems = catalogue.design(code), Random(code), []  # noqa: S311
    for _round in range(3):
        added = [
            (f"n{n}", None, entry(chance, design, n, based_on=0)) for n in range(ROWS)
        ]
        all_problems.append(save(who, code, added, by))
        # Those that nothing stands against.
        fit = [one for one in added if one[0] not in all_problems[-1]]
        all_problems.append(save(who, code, fit, by))
        forms = FormInstance.objects.filter(participant=who, code=code)
        changed = [
            (f"r{n}", form, change(chance, form, n))
            for n, form in enumerate(forms.order_by("visit", "occurrence"))
            if chance.random() < 0.8
        ]
        all_problems.append(save(who, code, changed, by))
        fit = [one for one in changed if one[0] not in all_problems[-1]]
        all_problems.append(save(who, code, fit, by))
    return all_problems


def change(chance: Random, form: FormInstance, number: int) -> FormEntry:
    design = catalogue.design(form.code)
    values = answers(chance, design, number)
    kept = [name for name in values if chance.random() < 0.4]
    values = {name: values[name] for name in kept}
    return form_entry(
        design,
        values,
        based_on=max(0, form.revision - chance.randrange(2)),
        complete=chance.random() < 0.5,
        reasons=dict.fromkeys(kept, WHY) if chance.random() < 0.9 else {},
        explanations={
            f"{form.code}.{name}.soft": "seen on the report" for name in kept
        },
        erase=chance.random() < 0.7,
    )


@pytest.mark.verifies("AUD-01", "AUD-12", "QRY-05")
@pytest.mark.parametrize("code", TABLES)
def test_rows_together_are_stored_and_refused_as_one_by_one(code):
    register_laboratory("L", "Laboratory", by=STAGE)
    investigator = person("IN")
    first, second = (stage.infused(n, ago=8) for n in (1, 2))

    problems = course(first, code, one_by_one, investigator)
    alike = course(second, code, together, investigator)

    assert differences(problems, alike) == []
    one, other = stored(first), stored(second)
    assert differences(one, other) == []
    assert {bool(refused) for refused in problems} == {True, False}
    assert FormInstance.objects.filter(code=code, revision__gt=1).exists()


@pytest.mark.verifies("ELG-FROZEN")
def test_rows_together_correct_a_screening_as_one_by_one():
    design = catalogue.design("CRE")
    randomization.open_study()
    register_laboratory("L", "Laboratory", by=STAGE)
    coordinator, worlds, reported = person("CO", username="second"), [], []
    for save in (one_by_one, together):
        who = randomization.randomized_participant()
        (used, *_others) = FormInstance.objects.filter(participant=who, code="CRE")
        lower = {"value": ("41", "umol/L")}
        reasons = dict.fromkeys(lower, WHY)
        rows = [("r", used, form_entry(design, lower, reasons=reasons))]
        for days in (20, 30, 40, 50):  # each of them may be the baseline
            sample = {"sample_at": stage.days_ago(days), "place": "ward"}
            more = {"value": (str(90 - days), "umol/L"), "routine_care": "Y"}
            rows.append((f"n{days}", None, form_entry(design, {**sample, **more})))

        assert save(who, "CRE", rows, coordinator) == {}

        worlds.append(stored(who, "CRE", "DEV", "DVP"))
        reported.append(stage.rules_broken(who))

    one, other = worlds
    assert differences(one, other) == []
    assert reported[0] == reported[1] != []


def differences(one: Any, other: Any, path: str = "") -> list[tuple[object, ...]]:
    """Where two worlds differ; told so, since they are large."""
    pairs: list[tuple[object, Any, Any]]
    if isinstance(one, dict) and isinstance(other, dict):
        pairs = [(key, one.get(key), other.get(key)) for key in {**one, **other}]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(n, one[n], other[n]) for n in range(len(one))]
    else:
        return [] if one == other else [(path, one, other)]
    return [
        difference
        for key, mine, theirs in pairs
        for difference in differences(mine, theirs, f"{path}/{key}")
    ]
