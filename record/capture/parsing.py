"""Entered texts into typed values, and whether what they point at exists."""

from collections.abc import Iterable, Iterator, Mapping

from django.core.exceptions import ValidationError

from record.capture.problems import SaveRefused
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.items import File, Item, Listed, Ref, User
from record.casebook.models import FormInstance
from record.casebook.services import files
from record.casebook.values import MissingCode, Value, is_blank
from trial_edc.vocabulary import N_, Severity


def parse(design: FormDesign, values: Mapping[str, object]) -> dict[str, Value]:
    """Return typed values of entered ones; refuses every faulty item at once."""
    parsed: dict[str, Value] = {}
    problems: list[Finding] = []
    for name, raw in values.items():
        item = design.items.get(name)
        if item is None:
            message = N_("This form has no item “%(item)s”.")
            problems.append(_problem(design, name, "unknown", message, item=name))
            continue
        try:
            parsed[name] = raw if isinstance(raw, MissingCode) else item.parse(raw)
        except ValidationError as problem:
            told = problem.error_list[0]
            message, details = str(told.message), dict(told.params or {})
            problems.append(_problem(design, name, "type", message, **details))
    if problems:
        raise SaveRefused(problems)
    return parsed


def require_links(
    form: FormInstance,
    design: FormDesign,
    names: Iterable[str],
    values: Mapping[str, Value],
) -> None:
    """Refuse items that point at nothing, or at what belongs to somebody else."""
    problems = [
        _problem(design, name, "link", N_("Choose one that is there."))
        for name, item, value in _pointing(design, names, values)
        if not _exists(form, name, item, value)
    ]
    if problems:
        raise SaveRefused(problems)


def _pointing(
    design: FormDesign, names: Iterable[str], values: Mapping[str, Value]
) -> Iterator[tuple[str, Item, Value]]:
    for name in names:
        item, value = design.items[name], values[name]
        is_pointer = isinstance(item, User | File | Listed)
        if is_pointer and not is_blank(value) and not isinstance(value, MissingCode):
            yield name, item, value


def _exists(form: FormInstance, name: str, item: Item, value: Value) -> bool:
    if isinstance(item, File):
        return files.is_stored(form, name, value)
    if isinstance(item, Listed):
        return value in dict(item.options())
    assert isinstance(item, User)  # noqa: S101 - narrows the type
    rows = item.target()._default_manager.filter(pk=value)
    if isinstance(item, Ref) and item.target() is FormInstance:
        rows = rows.filter(participant=form.participant_id, code=item.form)
    return bool(rows.exists())


def _problem(
    design: FormDesign, name: str, kind: str, message: str, **details: object
) -> Finding:
    check_id = f"{design.code}.{name}.{kind}"
    return Finding(check_id, name, Severity.HARD, message, details)
