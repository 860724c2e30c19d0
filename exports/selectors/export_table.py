"""One file of an export, and the cells that identify a form."""

from collections.abc import Iterable
from dataclasses import dataclass

from record.casebook.models import FormInstance

PLACE = ("participant", "visit", "visit_number", "occurrence")


@dataclass(frozen=True)
class ExportTable:
    """One file: its name, heading and rows; rows are read while they are written."""

    name: str
    title: str
    heading: tuple[str, ...]
    rows: Iterable[list[str]]


def place_cells(form: FormInstance) -> list[str]:
    visit_number = str(form.visit_number or "")
    return [form.participant.number, form.visit, visit_number, str(form.occurrence)]
