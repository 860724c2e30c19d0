"""A log of one participant as a table."""

from dataclasses import dataclass

from record.casebook.design import FormDesign
from record.casebook.display import words
from record.casebook.items import Item, Ref, User
from record.casebook.models import FormInstance, Participant
from record.casebook.selectors import stored_form_data
from record.casebook.values import Value
from record.review.selectors import unanswered_counts

MAX_COLUMNS = 8


@dataclass(frozen=True)
class LogRow:
    """One row of a log: its form and its cells in words."""

    form: FormInstance
    cells: list[str]
    open_queries: int


@dataclass(frozen=True)
class LogTable:
    """The rows of a log; struck-out ones stay visible."""

    columns: list[Item]
    rows: list[LogRow]


def log_table(participant: Participant, design: FormDesign) -> LogTable:
    """In three selects, however long the log is."""
    forms = list(
        FormInstance.objects.filter(participant=participant, code=design.code).order_by(
            "visit", "visit_number", "occurrence"
        )
    )
    stored = stored_form_data([participant.pk], [design.code], with_struck=True)
    form_data = {data.form_id: data for _pk, data in stored}
    query_counts = unanswered_counts(forms)
    columns = dict(list(design.items.items())[:MAX_COLUMNS])
    names = {
        name: _names(item, [data.values.get(name) for data in form_data.values()])
        for name, item in columns.items()
        if isinstance(item, User)
    }
    rows = [
        LogRow(
            form,
            [
                _cell(item, form_data[form.pk].values.get(name), names.get(name, {}))
                if form.pk in form_data
                else ""
                for name, item in columns.items()
            ],
            query_counts.get(form.pk, 0),
        )
        for form in forms
    ]
    return LogTable(list(columns.values()), rows)


def _cell(item: Item, value: Value, names: dict[int, str]) -> str:
    pointed = isinstance(value, int) and names.get(value)
    return pointed or words(item, value)


def _names(item: User, keys: list[Value]) -> dict[int, str]:
    keys = [key for key in keys if isinstance(key, int)]
    if isinstance(item, Ref) and item.form:
        forms = FormInstance.objects.filter(pk__in=keys)
        return {form.pk: f"#{form.occurrence}" for form in forms}
    rows = item.target()._default_manager.filter(pk__in=keys)
    return {row.pk: str(row) for row in rows}
