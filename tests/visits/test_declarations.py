"""The forms of this room against the CRF catalogue, item by item."""

from pathlib import Path

import pytest

from record.casebook import catalogue, items
from record.casebook.items import Item
from record.casebook.models import SealedCRF
from trial_edc.protocol import PROTOCOL

CATALOGUE = Path(__file__).with_name("data") / "declared_items.txt"


def declaration_of(item: Item) -> str:
    """One line an item: R required (? only where it applies, † no missing code)."""
    facts = item.facts
    required = {True: "R", False: "O"}.get(facts.required, "if")  # type: ignore[call-overload]
    required += "?" * bool(facts.only_if) + "†" * (not facts.missing_allowed)
    words = [required, type(item).__name__, facts.unit]
    words += ["H{}–{}".format(*facts.hard)] if facts.hard else []
    words += ["S{}–{}".format(*facts.soft)] if facts.soft else []
    words += ["⏩"] * facts.future_allowed + ["J"] * facts.judged
    if facts.terms and not isinstance(item, items.YesNo):
        words.append("/".join(facts.terms))
    return " ".join(word for word in words if word)


def test_items_are_those_of_the_catalogue():
    lines = []
    for code, design in catalogue.designs().items():
        if design.room == "visits":
            lines.append(code)
            names = [name for section in design.sections for name in section.items]
            lines += [
                f"  {name}: {declaration_of(design.items[name])}" for name in names
            ]

    assert "\n".join(lines) == CATALOGUE.read_text().strip()


def test_forms_hang_where_the_catalogue_says():
    collected = {
        code: design.collected.visits
        for code, design in catalogue.designs().items()
        if design.room == "visits"
    }

    every = tuple(slot.code.value for slot in PROTOCOL.schedule.visits)
    examined = ("SCR", "D0", "D7", "D28", "M3", "UNS")
    assert collected == {
        "VIS": (*every, "UNS"),
        **dict.fromkeys(("IRQ", "INF", "VSI"), ("D0", "D7")),
        **dict.fromkeys(("VIT", "LAB"), examined),
        **dict.fromkeys(("CRE", "URI", "CMD", "RRT", "STY", "DEV", "DVP"), ()),
    }


def test_who_enters_sees_and_signs():
    designs = catalogue.designs()

    bedside = {c for c, d in designs.items() if "enter_bedside" in d.entered_by}
    assert bedside >= {"VIT", "CRE", "URI", "CMD", "INF", "VSI"}
    assert not bedside & {"VIS", "LAB", "RRT", "STY", "IRQ", "DEV", "DVP"}
    assert {designs[c].signed_by for c in ("IRQ", "INF", "DEV")} == {
        "sign_infusion_request",
        "sign_form",
        "confirm_deviation",
    }
    twin = designs["DVP"]
    assert issubclass(twin.model, SealedCRF)
    assert (twin.seen_by, twin.entered_by) == ("see_product", ("enter_product",))


@pytest.mark.parametrize(
    ("code", "item", "units"),
    [
        ("CRE", "value", {"umol/L": "1", "mg/dL": "88.4"}),
        ("LAB", "platelets", {"10^9/L": "1", "10^3/uL": "1", "/uL": "0.001"}),
        ("LAB", "haemoglobin", {"g/L": "1", "g/dL": "10"}),
        ("LAB", "urea", {"mmol/L": "1", "mg/dL": "0.357"}),
        ("LAB", "bilirubin", {"umol/L": "1", "mg/dL": "17.1"}),
        ("LAB", "urine_protein_creatinine", {"mg/g": "1", "mg/mmol": "8.84"}),
    ],
)
def test_units_and_factors(code, item, units):
    declared = catalogue.design(code).items[item].units

    assert {unit: str(factor) for unit, factor in declared.items()} == units


def test_infusion_forms_know_no_product():
    labels = [
        str(item.verbose_name).lower()
        for code in ("IRQ", "INF", "VSI")
        for item in catalogue.design(code).items.values()
    ]

    unblinding = [w for w in labels if any(x in w for x in ("msc", "saline", "cell"))]
    assert unblinding == []
