"""Drugs and adverse events that are common in severe acute kidney injury."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DrugKind:
    """A drug as usually given: share of people who get it, and number of days."""

    share: float
    days: int
    name: str
    category: str
    indication: str
    dose: str
    unit: str
    frequency: str
    route: str


@dataclass(frozen=True, slots=True)
class EventKind:
    """An adverse event: its possible grades, and its longest duration in days."""

    term: str
    kind: str
    grades: str
    special: str
    treatment: str
    days: int


DRUGS = tuple(
    DrugKind(share, days, *description.split(", "))
    for share, days, description in (
        (0.3, 3, "Noradrenaline, vasopressor, Shock, 0.08, ug/kg/min, continuous, iv"),
        (0.6, 9, "Furosemide, diuretic, Fluid overload, 40, mg, twice_daily, iv"),
        (0.5, 8, "Meropenem, anti_infective, Sepsis, 1, g, twice_daily, iv"),
        (0.15, 5, "Vancomycin, nephrotoxic, Line infection, 500, mg, daily, iv"),
        (0.5, 14, "Enoxaparin, anticoagulant, Prophylaxis, 40, mg, daily, sc"),
        (0.35, 3, "Albumin 20 %, fluid_albumin, Low albumin, 50, mL, daily, iv"),
        (0.4, 6, "Paracetamol, analgesic, Pain, 500, mg, as_needed, oral"),
        (0.5, 20, "Pantoprazole, other, Prophylaxis, 40, mg, daily, oral"),
        (0.3, 80, "Amlodipine, other, Hypertension, 5, mg, daily, oral"),
    )
)
EVENTS = (
    EventKind("Hypotension", "diagnosis", "12", "none", "drug", 1),
    EventKind("Fever", "symptom", "12", "fever", "drug", 2),
    EventKind("Urinary tract infection", "diagnosis", "2", "infection", "drug", 8),
    EventKind("Pneumonia", "diagnosis", "23", "infection", "drug", 12),
    EventKind("Anaemia", "diagnosis", "2", "none", "other", 20),
    EventKind("Nausea", "symptom", "1", "none", "drug", 3),
    EventKind("Diarrhoea", "symptom", "12", "none", "drug", 4),
    EventKind("Atrial fibrillation", "diagnosis", "2", "none", "drug", 2),
    EventKind("Catheter thrombosis", "diagnosis", "23", "thrombosis", "drug", 25),
    EventKind("Hypophosphataemia", "diagnosis", "12", "none", "drug", 5),
    EventKind("Rash", "symptom", "1", "none", "drug", 6),
)
