"""The choices of items that point at people, rows or registers."""

from collections.abc import Sequence

from record.accounts.models import User
from record.casebook import catalogue, items
from record.casebook.design import FormDesign
from record.casebook.display import words
from record.casebook.form_data import Casebook, FormData
from record.casebook.items import Item
from record.casebook.values import Value

Options = Sequence[tuple[str, str]]  # each key with its words


def options_of(item: Item, casebook: Casebook) -> Options:
    """Each key that may be chosen with its words; in at most one select."""
    if isinstance(item, items.Listed):
        return item.options()
    if isinstance(item, items.Ref) and not item.form:  # a row of a register
        register = item.remote_field.model._default_manager.all()
        return [(str(row.pk), str(row)) for row in register]
    if isinstance(item, items.Ref):
        design = catalogue.design(item.form)
        rows = casebook.rows(item.form)
        return [(str(row.form_id), row_name(design, row)) for row in rows]
    return people() if isinstance(item, items.User) else ()


def with_stored(item: Item, options: Options, value: Value) -> Options:
    """The choices, with the stored one that is offered no more, as a closed account.

    A list that cannot show it would show nothing, and the next save would erase it.
    """
    is_choice = isinstance(value, str | int)
    if not (options and is_choice) or str(value) in dict(options):
        return options
    is_person = isinstance(item, items.User) and not isinstance(item, items.Ref)
    name = User.objects.get(pk=value) if is_person else value
    return [*options, (str(value), str(name))]


def people() -> Options:
    active = User.objects.filter(is_active=True).order_by("full_name", "pk")
    return [(str(person.pk), str(person)) for person in active]


def row_name(design: FormDesign, row: FormData) -> str:
    titles = ((design.items[name], row.get(name)) for name in design.row_title)
    return " · ".join(
        [str(row.occurrence), *(words(*title) for title in titles if title[1])]
    )
