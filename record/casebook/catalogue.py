"""Every form of the trial, read from the CRF classes."""

from functools import cache

from django.apps import apps

from record.casebook.design import FormDesign, design_of
from record.casebook.models import CRF, SealedCRF


@cache
def designs() -> dict[str, FormDesign]:
    """Map form codes to designs, in the order of the rooms and within each room."""
    designs: dict[str, FormDesign] = {}
    for room in apps.get_app_configs():
        declared = [
            design_of(model)
            for model in room.get_models()
            if issubclass(model, CRF | SealedCRF)
        ]
        for design in sorted(declared, key=lambda design: design.order):
            if design.code in designs:
                problem = f"Two forms have the code {design.code}."
                raise ValueError(problem)
            designs[design.code] = design
    return designs


def design(code: str) -> FormDesign:
    return designs()[code]


def at_visit(visit: str) -> list[FormDesign]:
    return [d for d in designs().values() if visit in d.collected.visits]


def logs() -> list[FormDesign]:
    return [d for d in designs().values() if d.collected.is_log]


def logs_and_tables() -> list[FormDesign]:
    return [d for d in designs().values() if d.collected.is_log or d.is_table]
