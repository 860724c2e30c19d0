"""Every form of the trial, read from the CRF classes; nobody keeps a list."""

from functools import cache

from django.apps import apps

from record.casebook.design import FormDesign, design_of
from record.casebook.models import CRF, SealedCRF


@cache
def designs() -> dict[str, FormDesign]:
    """Return the designs by form code, in the order of the rooms and of each room."""
    found: dict[str, FormDesign] = {}
    for room in apps.get_app_configs():
        declared = [
            design_of(model)
            for model in room.get_models()
            if issubclass(model, CRF | SealedCRF)
        ]
        for design in sorted(declared, key=lambda one: one.order):
            if design.code in found:
                problem = f"Two forms have the code {design.code}."
                raise ValueError(problem)
            found[design.code] = design
    return found


def design(code: str) -> FormDesign:
    return designs()[code]


def at_visit(visit: str) -> list[FormDesign]:
    return [d for d in designs().values() if visit in d.collected.visits]


def logs() -> list[FormDesign]:
    return [d for d in designs().values() if d.collected.is_log]


def logs_and_tables() -> list[FormDesign]:
    """Return the forms whose rows a participant has on one page."""
    return [d for d in designs().values() if d.collected.is_log or d.is_table]
