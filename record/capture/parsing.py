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


Change = tuple[FormInstance, Mapping[str, Value]]


class LinkTargets:
    """What is there of all that entered values of one code point at.

    One select for each item that points at something, however many forms.
    """

    def __init__(self, design: FormDesign, changes: Iterable[Change]) -> None:
        self.design = design
        pointed: dict[str, list[tuple[FormInstance, Value]]] = {}
        for form, values in changes:
            for name, value in _links(design, values):
                pointed.setdefault(name, []).append((form, value))
        self.there = {
            name: _there(name, design.items[name], links)
            for name, links in pointed.items()
        }

    def require(self, form: FormInstance, values: Mapping[str, Value]) -> None:
        """Refuse items that point at nothing, or at what belongs to somebody else."""
        findings = [
            _finding(self.design, name, "link", N_("Choose one that is there."))
            for name, value in _links(self.design, values)
            if (form.pk, value) not in self.there[name]
        ]
        if findings:
            raise SaveRefused(findings)


def _links(
    design: FormDesign, values: Mapping[str, Value]
) -> Iterator[tuple[str, Value]]:
    for name, value in values.items():
        is_link = isinstance(design.items[name], User | File | Listed)
        if is_link and not is_blank(value) and not isinstance(value, MissingCode):
            yield name, value


def _there(
    name: str, item: Item, links: Iterable[tuple[FormInstance, Value]]
) -> set[tuple[int | None, Value]]:
    """Pairs of a form and what it may point at."""
    forms = {form.pk: form for form, _value in links}
    values = {value for _form, value in links}
    if isinstance(item, File):
        return set(files.stored_keys(forms, name, values))
    if isinstance(item, Listed):
        there = values & set(dict(item.options()))
    else:
        assert isinstance(item, User)  # noqa: S101 - narrows the type
        rows = item.target()._default_manager.filter(pk__in=values)
        if isinstance(item, Ref) and item.target() is FormInstance:
            (participant,) = {form.participant_id for form in forms.values()}
            rows = rows.filter(participant=participant, code=item.form)
        there = set(rows.values_list("pk", flat=True))
    return {(pk, value) for pk in forms for value in there}


def _finding(
    design: FormDesign, name: str, kind: str, message: str, **details: object
) -> Finding:
    check_id = f"{design.code}.{name}.{kind}"
    return Finding(check_id, name, Severity.HARD, message, details)
