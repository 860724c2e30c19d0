"""Tables of an export: one for each form, one for each item group inside it.

Rows are read with a server-side cursor and written as they come, so the memory needed
does not grow with the trial.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any

from enrollment.consent.selectors import consent_days
from exports.selectors import cells
from exports.selectors.export_table import PLACE, ExportTable, place_cells
from outcomes.rules import Endpoints
from outcomes.selectors import endpoints_by_participant
from record.accounts.models import User
from record.casebook.design import FormDesign
from record.casebook.items import Item, ItemGroup, Ref
from record.casebook.models import AnyCRF, FormInstance, Participant
from record.casebook.values import MissingCode, Value
from trial_edc import clock
from trial_edc.dates import completed_years
from trial_edc.requirements import implements

ENDPOINTS = "endpoints"  # the one table that is computed, not entered
STATE = ("form_status", "revision", "from_paper")
CHUNK_SIZE = 1000
PARTICIPANTS_PER_BATCH = 200


@dataclass
class Context:
    """What all tables of one export share; each part is read once."""

    today: date = field(default_factory=clock.today)

    @cached_property
    def usernames(self) -> dict[int, str]:
        return dict(User.objects.values_list("pk", "username"))

    @cached_property
    def consented_on(self) -> dict[int, date]:
        """Date of the initial consent, by participant; ages are counted on it."""
        return {
            pk: day
            for people in participant_batches()
            for pk, day in consent_days(people).items()
        }

    def username(self, pk: int) -> str:
        return self.usernames.get(pk, "")


def stored_rows(design: FormDesign) -> Iterable[AnyCRF]:
    """Rows of a form with what their cells need, in a fixed order."""
    links = [n for n, item in design.items.items() if isinstance(item, Ref)]
    if design.model.is_sealed:
        links = []
    rows = (
        design.model._default_manager.filter(form__struck_at=None)
        .select_related("form__participant", *links)
        .prefetch_related("form__participant")  # of restricted forms
        .order_by(
            "form__participant__sequence",
            "form__visit",
            "form__visit_number",
            "form__occurrence",
        )
    )
    if design.is_restricted:  # its few rows are put in order of participants here
        return sorted(rows, key=lambda row: row.form.participant.sequence)
    return rows.iterator(chunk_size=CHUNK_SIZE)


def tables_of(design: FormDesign, context: Context) -> Iterator[ExportTable]:
    yield form_table(design, context)
    for item in design.items.values():
        if isinstance(item, ItemGroup) and not item.facts.identity:
            yield item_group_table(design, item, context)


def form_table(design: FormDesign, context: Context) -> ExportTable:
    items = [item for item in design.items.values() if cells.is_exported(item)]
    heading = (*PLACE, *STATE, *(name for i in items for name in cells.headings(i)))

    def lines() -> Iterator[list[str]]:
        for row in stored_rows(design):
            line = [*place_cells(row.form), *_state_cells(row.form)]
            for item in items:
                line += item_cells(item, row, context)
            yield line

    return ExportTable(f"{design.dataset}.csv", str(design.title), heading, lines())


def _state_cells(form: FormInstance) -> list[str]:
    return [form.status, str(form.revision), "Y" if form.from_paper else "N"]


def item_group_table(
    design: FormDesign, item: ItemGroup, context: Context
) -> ExportTable:
    columns = list(item.columns.values())
    heading = (
        *PLACE,
        "row",
        *(name for column in columns for name in cells.headings(column)),
    )

    def lines() -> Iterator[list[str]]:
        for row in stored_rows(design):
            for number, group_row in enumerate(value_of(item, row) or (), 1):
                line = [*place_cells(row.form), str(number)]
                for column in columns:
                    value = column.from_json(group_row.get(column.name))
                    value = cells.linked(column, row, value, context.username)
                    line += cells.cells(column, value)
                yield line

    name = f"{design.dataset}_{item.name}.csv"
    return ExportTable(name, f"{design.title}: {item.verbose_name}", heading, lines())


def value_of(item: Item, row: AnyCRF) -> Value:
    return None if item.name in row.missing else item.value_in(row)


def item_cells(item: Item, row: AnyCRF, context: Context) -> list[str]:
    code = row.missing.get(str(item.name))
    value = MissingCode(code) if code else item.value_in(row)
    if cells.is_birth_date(item):
        return birth_cells(value, context.consented_on.get(row.form.participant_id))
    return cells.cells(item, cells.linked(item, row, value, context.username))


def birth_cells(value: Value, consented_on: date | None) -> list[str]:
    """Year of birth and age at consent instead of the birth date."""
    if isinstance(value, MissingCode):
        return ["", "", value.value]
    if value is None:
        return ["", "", ""]
    age = str(completed_years(value, consented_on)) if consented_on else ""
    return [str(value.year), age, ""]


@implements("OUT-09")
def endpoints_table(context: Context) -> ExportTable:
    names = tuple(endpoint.name for endpoint in fields(Endpoints))

    def lines() -> Iterator[list[str]]:
        for batch in participant_batches():
            derived = endpoints_by_participant(batch, context.today)
            for person in batch:
                if endpoints := derived.get(person.pk):
                    yield [person.number, *endpoint_cells(endpoints, names)]

    return ExportTable(
        f"{ENDPOINTS}.csv", "Derived endpoints", ("participant", *names), lines()
    )


def participant_batches() -> Iterator[tuple[Participant, ...]]:
    people = Participant.objects.order_by("sequence")
    remaining = people.iterator(PARTICIPANTS_PER_BATCH)
    while batch := tuple(islice(remaining, PARTICIPANTS_PER_BATCH)):
        yield batch


def endpoint_cells(endpoints: Endpoints, names: Iterable[str]) -> list[str]:
    return [_endpoint_cell(getattr(endpoints, name)) for name in names]


def _endpoint_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, Decimal):
        return cells.number(value)
    return str(value)
