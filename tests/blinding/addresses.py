"""Every address of the access table with real arguments, and who asks for which."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.urls import get_resolver, reverse

from exports.models import Export
from imports.models import ImportedFile
from monitoring.listings.selectors import LISTINGS
from randomization.models import AllocationList
from record.accounts.models import User
from record.accounts.roles import BlindingClass, Role, blinding_class
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.review.models import Query
from safety.models import LateCase
from tests.architecture import access_table
from tests.architecture.access_table import ACCESS
from tests.architecture.test_access import url_names
from tests.blinding.worlds import FED, staff
from trial_edc import chance
from visits.calendar.services.feeds import TOKEN_CHARACTERS

# Whoever must not know an arm: the safety officer before a code break of their own too.
CLASSES = (BlindingClass.BLINDED, BlindingClass.NO_DATA, BlindingClass.CASE_BY_CASE)
ROLES = [role.value for role in Role if blinding_class(role) in CLASSES]
# With BLINDING=whole each role asks for each page with all arguments, not with its
# share of one of each kind; that takes many minutes.
IS_WHOLE = os.environ.get("BLINDING") == "whole"
NAMES = sorted(set(url_names(get_resolver())))
GUESSES = (
    "?ordering=arm&order_by=allocation__slot__arm&sort=-arm&o=arm",
    "?q=MSC&search=SALINE&arm=MSC&product=SALINE",
    "?page=2&format=json&fields=arm",
)
FEED = "visits:feed"
MOVED = ("RAN", "IRQ", "INF", "VIS", "AE", "DEV")  # what follows an infusion
Arguments = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Question:
    """What a role asks for."""

    role: str
    name: str
    url: str


def questions(names: Iterable[str] = NAMES) -> Iterator[Question]:
    """Yield what each role asks for, in one order.

    Each asks once for each page that it may open, and one for each that it may not.
    The other arguments are shared: one of each kind, asked by one role. An address that
    is not in the access table is an error here.
    """
    for number, name in enumerate(names):
        if name == "accounts:sign_out":
            continue
        may = [role for role in ROLES if role in ACCESS[name].roles]
        refused = [role for role in ROLES if role not in may]
        kinds: set[str] = set()
        for place, (kind, arguments) in enumerate(arguments_of(name)):
            url = reverse(name, kwargs=dict(arguments))
            if place == 0:
                asking = may + refused[number % (len(refused) or 1) :][:1]
            elif IS_WHOLE:
                asking = may
            elif may and kind not in kinds:
                asking = [may[place % len(may)]]
            else:
                asking = []
            kinds.add(kind)
            yield from (Question(role, name, url) for role in asking)


def guesses() -> Iterator[Question]:
    """Yield pages without arguments with what a curious person would try."""
    for name in NAMES:
        row = ACCESS[name]
        may = [role for role in ROLES if role in row.roles]
        if row.kwargs(_example()) or not may or name == "accounts:sign_out":
            continue
        for place, guess in enumerate(GUESSES):
            role = may[place % len(may)]
            yield Question(role, name, reverse(name) + guess)


def fed() -> Iterator[Question]:
    """Yield the feeds that people have made for calendars of their own."""
    for key in FED:
        with chance.seeded(f"feed {key}"):
            token = chance.token(TOKEN_CHARACTERS)
        yield Question(key.upper(), FEED, f"{reverse(FEED)}?token={token}")


def arguments_of(name: str) -> Iterator[tuple[str, Arguments]]:
    """Yield all real arguments of an address, each with its kind.

    An address whose arguments nobody has named here gets those of the access table.
    """
    if real := _named(name):
        yield from real()
    else:
        yield "", ACCESS[name].kwargs(_example())


def is_guessed(name: str) -> bool:
    """Tell whether the arguments of an address are those of the access table."""
    return _named(name) is None


def _named(name: str) -> Callable[[], Iterator[tuple[str, Arguments]]] | None:
    given = frozenset(ACCESS[name].kwargs(_example()))
    return BY_NAME.get(name) or BY_ARGUMENTS.get(given)


def _example() -> access_table.World:
    people = staff()
    return access_table.World({role.value: people[role.value.lower()] for role in Role})


def _nothing() -> Iterator[tuple[str, Arguments]]:
    yield "", {}


def _people() -> Iterator[tuple[str, Arguments]]:
    for person in Participant.objects.all():
        yield person.number, {"number": person.number}


def _logs() -> Iterator[tuple[str, Arguments]]:
    for person in Participant.objects.all():
        for code, design in catalogue.designs().items():
            if design.is_repeated:
                yield code, {"number": person.number, "code": code}


def _forms() -> Iterator[tuple[str, Arguments]]:
    """Yield every form that stands once, and of each log of a person the first row.

    Of the restricted forms one: nobody here may open any.
    """
    held = FormInstance.objects.filter(occurrence=1)
    for form in held.exclude(confidentiality="restricted"):
        yield f"{form.code} {form.visit}", {"pk": form.pk}
    hidden = held.filter(confidentiality="restricted").first()
    assert hidden is not None
    yield "restricted", {"pk": hidden.pk}


def _each_code() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.order_by("code", "id").distinct("code"):
        yield "", {"pk": form.pk}


def _items() -> Iterator[tuple[str, Arguments]]:
    """Yield items on that form of their kind that was changed most.

    The panel is one for all; every item of the forms that an infusion moves, and some
    of each other form, are asked for.
    """
    most_changed = FormInstance.objects.order_by("code", "-revision", "id")
    for form in most_changed.distinct("code"):
        for item in catalogue.design(form.code).items:
            kind = f"{form.code}.{item}" if form.code in MOVED else form.code
            yield kind, {"pk": form.pk, "item": item}


def _files() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.filter(files__isnull=False):
        yield form.code, {"pk": form.pk, "item": form.files.all()[0].item}


def _visits() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.filter(code="VIS"):
        place = {"visit": form.visit, "place": form.visit_number}
        yield "", {"number": form.participant.number, **place}


def _infusions() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.filter(code="INF"):
        yield form.visit, {"number": form.participant.number, "visit": form.visit}


def _acts() -> Iterator[tuple[str, Arguments]]:
    for kind, infusion in islice(_infusions(), 4):
        yield kind, {**infusion, "act": "start"}


def _exports() -> Iterator[tuple[str, Arguments]]:
    for export in Export.objects.all():
        yield export.confidentiality, {"key": export.key}


def _reports() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.filter(code="SAE"):
        yield "", {"form_id": form.pk}


def _each(model: type[Any], argument: str) -> Callable[[], Any]:
    def found() -> Iterator[tuple[str, Arguments]]:
        for pk in model.objects.order_by("pk").values_list("pk", flat=True):
            yield "", {argument: pk}

    return found


def _one(**arguments: Any) -> Callable[[], Any]:
    return lambda: iter([("", arguments)])


BY_ARGUMENTS = {
    frozenset(): _nothing,
    frozenset({"number"}): _people,
    frozenset({"number", "code"}): _logs,
    frozenset({"number", "visit"}): _infusions,
    frozenset({"number", "visit", "place"}): _visits,
    frozenset({"number", "visit", "act"}): _acts,
    frozenset({"pk", "item"}): _items,
    frozenset({"key"}): _exports,
    frozenset({"user_id"}): _each(User, "user_id"),
    frozenset({"query_id"}): _each(Query, "query_id"),
    frozenset({"form_id"}): _reports,
    frozenset({"import_id"}): _each(ImportedFile, "import_id"),
}
BY_NAME: dict[str, Callable[[], Iterator[tuple[str, Arguments]]]] = {
    "entry:form": _forms,
    **{
        f"entry:{deed}": _each_code
        for deed in ("autosave", "discard", "strike", "sign", "verify_form", "close")
    },
    "entry:file": _files,
    "visits:laboratory": _one(code="central"),
    "monitoring:listing": lambda: ((one.name, {"name": one.name}) for one in LISTINGS),
    **{
        f"safety:{deed}late_case": _each(LateCase, "pk")
        for deed in ("", "change_", "assess_")
    },
    **{
        f"randomization:{deed}": _each(AllocationList, "pk")
        for deed in ("approve", "seal", "destroy")
    },
}
