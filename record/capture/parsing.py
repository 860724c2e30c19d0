"""Entered texts into typed values, and whether what they point at exists.

Whoever takes in what people or files say (form page, table, laboratory file) parses it
here, once, and hands typed values on; a save parses nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from record.capture.problems import SaveRefused
from record.casebook.checks import Finding
from record.casebook.design import FormDesign
from record.casebook.items import File, Item, Listed, Ref, User
from record.casebook.models import FormInstance
from record.casebook.services import files
from record.casebook.values import MissingCode, Value, is_blank
from trial_edc.vocabulary import N_, Severity


@dataclass(frozen=True)
class Unreadable:
    """What was entered into an item and cannot be read, and what to write instead."""

    raw: object
    finding: Finding


@dataclass(frozen=True)
class Parsed:
    """Typed values by item, and what could not be read."""

    values: dict[str, Value] = field(default_factory=dict)
    unreadable: dict[str, Unreadable] = field(default_factory=dict)


def parse(design: FormDesign, entered: Mapping[str, object]) -> Parsed:
    """Every faulty item is named at once."""
    parsed = Parsed()
    for name, raw in entered.items():
        item = design.items.get(name)
        if item is None:
            message = N_("This form has no item “%(item)s”.")
            finding = _finding(design, name, "unknown", message, item=name)
            parsed.unreadable[name] = Unreadable(raw, finding)
            continue
        try:
            parsed.values[name] = parse_item(item, raw)
        except ValidationError as problem:
            parsed.unreadable[name] = unreadable(design, name, raw, problem)
    return parsed


def parse_item(item: Item, raw: object) -> Value:
    """Raises `ValidationError`."""
    return raw if isinstance(raw, MissingCode) else item.parse(raw)


def unreadable(
    design: FormDesign, name: str, raw: object, problem: ValidationError
) -> Unreadable:
    error = problem.error_list[0]
    details = dict(error.params or {})
    finding = _finding(design, name, "type", str(error.message), **details)
    return Unreadable(raw, finding)


def require_links(
    form: FormInstance,
    design: FormDesign,
    names: Iterable[str],
    values: Mapping[str, Value],
) -> None:
    """Refuse items that point at nothing, or at what belongs to somebody else."""
    findings = [
        _finding(design, name, "link", N_("Choose one that is there."))
        for name, item, value in _links(design, names, values)
        if not _exists(form, name, item, value)
    ]
    if findings:
        raise SaveRefused(findings)


def _links(
    design: FormDesign, names: Iterable[str], values: Mapping[str, Value]
) -> Iterator[tuple[str, Item, Value]]:
    for name in names:
        item, value = design.items[name], values[name]
        is_link = isinstance(item, User | File | Listed)
        if is_link and not is_blank(value) and not isinstance(value, MissingCode):
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


def _finding(
    design: FormDesign, name: str, kind: str, message: str, **details: object
) -> Finding:
    check_id = f"{design.code}.{name}.{kind}"
    return Finding(check_id, name, Severity.HARD, message, details)
