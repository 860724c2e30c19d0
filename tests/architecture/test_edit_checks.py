"""Every edit check of the product is listed, fires, and keeps quiet."""

import copy
import csv
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from record.casebook import catalogue
from record.casebook.checks import CHECKS
from record.casebook.conditions import Answer, Answered, AtVisit
from record.casebook.design import FormDesign
from record.casebook.engine import findings, outside
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import (
    Date,
    DateTime,
    Item,
    ItemGroup,
    Lab,
    MultipleChoice,
    Number,
    PartialDate,
    Time,
    User,
)
from record.casebook.specifications import HEADING, Specification, specifications
from record.casebook.values import MissingCode, Partial, Quantity
from tests.each import for_each
from tests.enrollment import test_checks as enrollment
from tests.outcomes import test_checks as outcomes
from tests.randomization import test_forms as randomization
from tests.randomization.stage import planned_infusion
from tests.safety import test_checks as safety
from tests.visits import test_checks as visits
from trial_edc.vocabulary import Severity

ROOMS = (enrollment, randomization, visits, safety, outcomes)
FIRES = [case for room in ROOMS for case in room.FIRES]
QUIET = [case for room in ROOMS for case in room.QUIET]
SAMPLE = "ZZ"  # forms of the room that only tests have
NOW = datetime(2026, 3, 8, 4, 0, tzinfo=UTC)
DESIGNS = {c: d for c, d in catalogue.designs().items() if not c.startswith(SAMPLE)}
AUTOMATIC = [one for one in specifications(DESIGNS.values()) if "." in one.check_id]


@pytest.fixture(autouse=True)
def _plan(db):
    planned_infusion()


def fired(check_id: str, data: FormData, beside: Any) -> bool:
    check = CHECKS[check_id]
    assert check.form == data.code
    return check.run(data, Casebook.of(beside).with_data(data)) is not None


@pytest.mark.verifies("QRY-02")
def test_each_declared_check_fires_in_one_case_and_not_in_another():
    declared = {name for name, one in CHECKS.items() if one.form in DESIGNS}

    assert {case[0] for case in FIRES if fired(*case)} == declared
    assert {case[0] for case in QUIET if not fired(*case)} == declared
    assert [case[0] for case in FIRES if not fired(*case)] == []
    assert [case[0] for case in QUIET if fired(*case)] == []


def item_of(one: Specification) -> Item:
    """Return the item, or the column of a small table, that a check is about."""
    item = DESIGNS[one.form].items[one.item]
    *_form, column, _kind = one.check_id.split(".")
    return (
        item.columns[column]
        if isinstance(item, ItemGroup) and "*" in one.check_id
        else item
    )


def shown(design: FormDesign) -> FormDesign:
    """Return the form without its skip logic, which has tests of its own."""

    def always(item: Item) -> Item:
        twin = copy.copy(item)
        twin.facts = replace(item.facts, only_if=None)
        return twin

    return replace(design, items={k: always(i) for k, i in design.items.items()})


@dataclass
class World:
    """What a condition asks of a form and of what hangs beside it."""

    values: dict[str, Any] = field(default_factory=dict)
    place: dict[str, Any] = field(default_factory=dict)
    beside: tuple[FormData, ...] = ()


ADMITTED = FormData("AE", {"seriousness": ["hospitalisation"]}, form_id=7)
SPECIAL = {
    "SCN.rescreening_of": World(place={"occurrence": 2}),
    "CRE.routine_care": World(
        values={"sample_at": Partial("2026-03-01T08:00")},
        beside=(
            FormData(
                "CNS", {"kind": "initial", "decision": "given", "decided_at": NOW}
            ),
        ),
    ),
    "SAE.hospital_out": World(
        values={"ae": 7, "report_kind": "final"}, beside=(ADMITTED,)
    ),
}

EXEMPT = {
    "SCN.screening_closed_at": World(beside=(FormData("RAN", {"randomised_at": NOW}),)),
    "RAN.baseline_umol_l": World(values={"baseline_source": "missing"}),
}
# It asks the register of laboratories (tests/visits/laboratory/test_services.py).
WITH_REGISTER = "LAB.significance.required"


def world_of(one: Specification, condition: Any) -> World:
    """Return a form of which the condition of a required item holds."""
    special = SPECIAL.get(f"{one.form}.{one.item}")
    if special:
        return special
    world, items = World(), DESIGNS[one.form].items
    match condition:
        case Answer():
            many = isinstance(items[condition.item], MultipleChoice)
            code = condition.codes[0]
            world.values[condition.item] = [code] if many else code
        case Answered():
            world.values[condition.item] = some(items[condition.item])
        case AtVisit():
            world.place["visit"] = condition.visits[0]
        case _:
            for part in getattr(condition, "parts", ()):
                world.values |= world_of(one, part).values
    return world


def some(item: Item) -> Any:
    facts = item.facts
    low = Decimal(str((facts.soft or facts.hard or (1, 1))[0]))
    code = next(iter(facts.terms)).value if facts.terms else "x"
    if isinstance(item, Lab | Number):
        is_lab = isinstance(item, Lab)
        return Quantity(low, item.standard_unit, low) if is_lab else low
    if isinstance(item, ItemGroup):
        return [{k: c.to_json(some(c)) for k, c in item.columns.items()}]
    if isinstance(item, MultipleChoice):
        return [code]
    kept = {
        DateTime: NOW,
        PartialDate: Partial("2026-03-08"),
        Date: NOW.date(),
        Time: NOW.time(),
        User: 1,
    }
    return next(
        (value for type_, value in kept.items() if isinstance(item, type_)), code
    )


def found(one: Specification, value: Any, world: World | None = None) -> bool:
    world = world or World()
    if "*" in one.check_id:
        column = one.check_id.split(".")[-2]
        value = [{column: item_of(one).to_json(value), "other": "-"}]
    data = FormData(one.form, {**world.values, one.item: value}, **world.place)
    design, casebook = shown(DESIGNS[one.form]), Casebook.of(world.beside)
    return one.check_id in {
        finding.check_id.replace(f".{one.item}.1.", f".{one.item}.*.")
        for finding in findings(design, data, casebook, now=NOW, completing=True)
    }


def kind(*kinds: str) -> dict[str, Specification]:
    """Each automatic check of a kind."""
    here = (one for one in AUTOMATIC if one.check_id != WITH_REGISTER)
    return {one.check_id: one for one in here if one.check_id.endswith(kinds)}


@pytest.mark.verifies("QRY-02")
@for_each(kind(".hard", ".soft"))
def test_range_check_fires_beyond_its_limits_and_not_at_them(one):
    item, step = item_of(one), Decimal("0.001")
    low, high, hard = Decimal(one.low), Decimal(one.high), item.facts.hard

    def fires(number: Decimal) -> bool:
        is_lab = isinstance(item, Lab)
        return found(
            one, Quantity(number, item.standard_unit, number) if is_lab else number
        )

    assert not fires(low)
    assert not fires(high)
    beyond = [low - step, high + step]
    if one.severity == Severity.SOFT and hard:  # there the hard check speaks
        beyond = [number for number in beyond if not outside(number, hard)]
    assert beyond
    assert all(fires(number) for number in beyond)


@pytest.mark.verifies("QRY-02")
@for_each(kind(".future"))
def test_future_check_fires_a_minute_or_a_day_ahead_and_not_now(one):
    later = NOW + timedelta(minutes=1)
    match item_of(one):
        case DateTime():
            now, ahead = NOW, later
        case PartialDate():
            now, ahead = Partial("2026-03-08"), Partial("2026-03-09")
        case _:
            now, ahead = NOW.date(), NOW.date() + timedelta(days=1)

    assert found(one, ahead)
    assert not found(one, now)


@pytest.mark.verifies("QRY-02")
@for_each(kind(".missing"))
def test_missing_code_check_fires_on_a_code_and_not_on_a_value(one):
    assert found(one, MissingCode.NOT_DONE)
    assert not found(one, some(item_of(one)))


@pytest.mark.verifies("QRY-02")
@for_each(kind(".required"))
def test_needed_item_is_asked_for_until_it_is_filled(one):
    required = item_of(one).facts.required
    world = World() if required is True else world_of(one, required)

    assert found(one, None, world)
    assert not found(one, some(item_of(one)), world)
    if required is not True:
        exempt = EXEMPT.get(f"{one.form}.{one.item}", World())
        assert not found(one, None, exempt)


@pytest.mark.verifies("QRY-02")
def test_command_lists_each_check_once_with_its_version():
    listed = StringIO()

    call_command("edit_checks", stdout=listed)

    rows = [r for r in csv.reader(StringIO(listed.getvalue())) if r[2][:2] != SAMPLE]
    heading, *lines = rows
    assert tuple(heading) == HEADING
    declared = {name for name, one in CHECKS.items() if one.form in DESIGNS}
    assert sorted(line[0] for line in lines) == sorted(
        declared | {one.check_id for one in AUTOMATIC}
    )
    (weight,) = (line for line in lines if line[0] == "VIT.weight_kg.hard")
    assert weight == [
        "VIT.weight_kg.hard",
        "1",
        "VIT",
        "weight_kg",
        "hard",
        "save",
        "Outside these limits a value is impossible.",
        "25",
        "250",
        "kg",
    ]
