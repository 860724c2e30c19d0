"""Answers to the criteria: all in favour, except one that fails; pure."""

from datetime import datetime, timedelta

from record.casebook.values import MissingCode
from simulation import phrases
from simulation.people import Fate, Person

ABSENT = tuple(
    f"e{n}" for n in ("3", "4", "5", "6", "7", "8", "10", "12", "14", "15", "16")
)
AGAINST: dict[str, dict[str, object]] = {
    "E2": {"e2": "Y"},
    "E5": {"e5": "Y", "e5_why": phrases.REASONS_AGAINST["e5_why"]},
    "E8": {"e8": "Y", "e8_why": phrases.REASONS_AGAINST["e8_why"]},
    "E12": {"e12": "Y", "e12_why": phrases.REASONS_AGAINST["e12_why"]},
    "E15": {"e15": "Y", "e15_which": ["hbv"]},
    "E19": {"e19": "now"},
}
FAILING_ORGANS = ["respiratory", "cardiovascular", "coagulation"]
OLDEST_CHILDBEARING = 50


def answers(person: Person, criterion: str, since: datetime) -> dict[str, object]:
    values: dict[str, object] = {
        "phone_confirmed": "Y",
        "ultrasound": "Y",
        "urinalysis": "Y",
        "lvef_pct": 32 if criterion == "E11" else 52 + person.height_cm % 12,
        "lvef_method": "echo",
        "lvef_at": since - timedelta(hours=20),
        "nonrenal_failed_organs": FAILING_ORGANS if criterion == "E13" else ["none"],
    }
    if person.fate == Fate.NOT_EVALUABLE:
        values |= dict.fromkeys(
            ("lvef_pct", "lvef_method", "lvef_at"), MissingCode.NOT_DONE
        )
    if person.is_female:
        has_potential = person.age_on(since.date()) < OLDEST_CHILDBEARING
        values["childbearing_potential"] = "Y" if has_potential else "N"
        if has_potential:
            values["hcg_result"] = "positive" if criterion == "E2" else "negative"
            values["hcg_at"] = since + timedelta(minutes=20)
    return values


def judgements(person: Person, criterion: str, *, burst: bool) -> dict[str, object]:
    values: dict[str, object] = {
        "i4_can_comply": "Y",
        "e1_causes": ["none"],
        **dict.fromkeys(ABSENT, "N"),
        "e11_arrhythmia_or_severe": "N",
        "e18_other": "N",
        "e19": "no",
        "e20": "no",
    }
    if person.is_female:
        values["e2"] = "N"
    if burst:
        values["e17_burst_decision"] = "does_not_count"
        values["e17_burst_reason"] = (
            "Two days of hydrocortisone in septic shock, stopped."
        )
    return values | AGAINST.get(criterion, {})
