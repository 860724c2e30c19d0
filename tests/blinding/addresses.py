"""Every address of the access table with real arguments and requesting roles."""

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from html import unescape
from itertools import cycle, islice
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import get_resolver, reverse

from exports.models import Export
from imports.models import ImportedFile
from monitoring.listings.selectors.listings import LISTINGS
from monitoring.trail.vocabulary import TrailReport
from monitoring.visits.models import (
    MonitoringVisit,
    VisitAction,
    VisitFinding,
    VisitReport,
)
from randomization.models import AllocationList
from record.accounts.models import User
from record.accounts.roles import BlindingClass, Role, blinding_class
from record.capture.models import CheckRun
from record.casebook import catalogue
from record.casebook.models import FormInstance, Participant
from record.lock.models import LockProposal
from record.lock.readiness import checks
from record.review.models import Query
from safety.models import LateCase
from tests.architecture import access_table
from tests.architecture.access_table import ACCESS
from tests.architecture.test_access import url_names
from tests.blinding.worlds import FEED_READERS, staff
from trial_edc import chance
from visits.calendar.services.feeds import TOKEN_CHARACTERS

# Roles that must not know an arm: the safety officer, too, before a code break.
CLASSES = (BlindingClass.BLINDED, BlindingClass.NO_DATA, BlindingClass.CASE_BY_CASE)
ROLES = [role.value for role in Role if blinding_class(role) in CLASSES]
# With BLINDING=whole each role requests each page with all arguments, not with its
# share of one of each kind; that takes many minutes.
IS_WHOLE = os.environ.get("BLINDING") == "whole"
NAMES = sorted(set(url_names(get_resolver())))
GUESSES = (
    "?ordering=arm&order_by=allocation__slot__arm&sort=-arm&o=arm",
    "?q=MSC&search=SALINE&arm=MSC&product=SALINE",
    "?page=2&format=json&fields=arm",
)
FEED = "visits:feed"
LISTS = (
    "accounts:users",
    "enrollment:screening_log",
    "exports:exports",
    "imports:file",
    "imports:files",
    "monitoring:listing",
    "notices:outbox",
    "review:queries",
    "review:verification",
    "safety:cases",
    "safety:coding",
    "safety:late_cases",
    "safety:reconciliation",
    "safety:reports",
    "visits:deviations",
    "visits:messages",
    "visits:missing_forms",
    "visits:values_to_judge",
)
CHANGED_BY_INFUSION = ("RAN", "IRQ", "INF", "VIS", "AE", "DEV")
Arguments = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Question:
    """A page that a role requests."""

    role: str
    name: str
    url: str


def questions(names: Iterable[str] = NAMES) -> Iterator[Question]:
    """The requests of each role, in one order.

    Each role requests every page that it may open, and one that it may not. The other
    arguments are shared: one of each kind, requested by one role. An address that is
    not in the access table is an error here.
    """
    for number, name in enumerate(names):
        if name == "accounts:sign_out":
            continue
        permitted = [role for role in ROLES if role in ACCESS[name].roles]
        refused = [role for role in ROLES if role not in permitted]
        kinds: set[str] = set()
        for place, (kind, arguments) in enumerate(arguments_of(name)):
            url = reverse(name, kwargs=dict(arguments))
            if place == 0:
                asking = permitted + refused[number % (len(refused) or 1) :][:1]
            elif IS_WHOLE:
                asking = permitted
            elif permitted and kind not in kinds:
                asking = [permitted[place % len(permitted)]]
            else:
                asking = []
            kinds.add(kind)
            yield from (Question(role, name, url) for role in asking)


def guesses() -> Iterator[Question]:
    """Pages without arguments, with queries that a curious person would try."""
    for name in NAMES:
        row = ACCESS[name]
        permitted = [role for role in ROLES if role in row.roles]
        if row.kwargs(_example()) or not permitted or name == "accounts:sign_out":
            continue
        for place, guess in enumerate(GUESSES):
            role = permitted[place % len(permitted)]
            yield Question(role, name, reverse(name) + guess)


def orders(pages: Mapping[Question, str]) -> Iterator[Question]:
    """Each list sorted by each of its columns, one role after the other requesting."""
    columns: dict[str, set[str]] = defaultdict(set)
    readers: dict[str, list[Question]] = defaultdict(list)
    for place, page in pages.items():
        if queries := re.findall(r'class="sort" href="([^"]+)"', page):
            readers[place.name].append(place)
            columns[place.name] |= {
                QueryDict(unescape(query).removeprefix("?"))["sort"]
                for query in queries
            }
    for name, names in columns.items():
        signs, turns = cycle(("", "-")), cycle(readers[name])
        for column, sign, place in zip(sorted(names), signs, turns, strict=False):
            yield replace(place, url=f"{place.url}?sort={sign}{column}")


def calendar_feeds() -> Iterator[Question]:
    """The calendar feeds of the staff."""
    for key in FEED_READERS:
        with chance.seeded(f"feed {key}"):
            token = chance.token(TOKEN_CHARACTERS)
        yield Question(key.upper(), FEED, f"{reverse(FEED)}?token={token}")


def arguments_of(name: str) -> Iterator[tuple[str, Arguments]]:
    """All real arguments of an address, each with its kind.

    An address without an entry below gets the arguments of the access table.
    """
    if real := _named(name):
        yield from real()
    else:
        yield "", ACCESS[name].kwargs(_example())


def is_guessed(name: str) -> bool:
    """The arguments of the address are those of the access table."""
    return _named(name) is None


def _named(name: str) -> Callable[[], Iterator[tuple[str, Arguments]]] | None:
    names = frozenset(ACCESS[name].kwargs(_example()))
    return BY_NAME.get(name) or BY_ARGUMENTS.get(names)


def _example() -> access_table.World:
    people = staff()
    return access_table.World({role.value: people[role.value.lower()] for role in Role})


def _nothing() -> Iterator[tuple[str, Arguments]]:
    yield "", {}


def _people() -> Iterator[tuple[str, Arguments]]:
    for person in Participant.objects.all():
        yield person.number, {"number": person.number}


def _casebook_copies() -> Iterator[tuple[str, Arguments]]:
    for language, _name in settings.LANGUAGES:
        for person in Participant.objects.all():
            yield language, {"number": person.number, "language": language}


def _paper_forms() -> Iterator[tuple[str, Arguments]]:
    for kind in ("blank", "annotated"):
        for language, _name in settings.LANGUAGES:
            yield kind, {"kind": kind, "language": language, "code": "all"}


def _logs() -> Iterator[tuple[str, Arguments]]:
    for person in Participant.objects.all():
        for code, design in catalogue.designs().items():
            if design.is_repeated:
                yield code, {"number": person.number, "code": code}


def _forms() -> Iterator[tuple[str, Arguments]]:
    """Every form that stands once, and of each log of a person the first row.

    Of the restricted forms one: no role here may open any.
    """
    first_rows = FormInstance.objects.filter(occurrence=1)
    for form in first_rows.exclude(confidentiality="restricted"):
        yield f"{form.code} {form.visit}", {"pk": form.pk}
    hidden = first_rows.filter(confidentiality="restricted").first()
    assert hidden is not None
    yield "restricted", {"pk": hidden.pk}


def _each_code() -> Iterator[tuple[str, Arguments]]:
    for form in FormInstance.objects.order_by("code", "id").distinct("code"):
        yield "", {"pk": form.pk}


def _items() -> Iterator[tuple[str, Arguments]]:
    """The items of each code, on the form that was changed most.

    The panel is the same for all items: every item of the forms that an infusion
    changes, and some of each other form, are requested.
    """
    most_changed = FormInstance.objects.order_by("code", "-revision", "id")
    for form in most_changed.distinct("code"):
        for item in catalogue.design(form.code).items:
            kind = (
                f"{form.code}.{item}" if form.code in CHANGED_BY_INFUSION else form.code
            )
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
    def arguments() -> Iterator[tuple[str, Arguments]]:
        for pk in model.objects.order_by("pk").values_list("pk", flat=True):
            yield "", {argument: pk}

    return arguments


def _one(**arguments: Any) -> Callable[[], Any]:
    return lambda: iter([("", arguments)])


BY_ARGUMENTS = {
    frozenset(): _nothing,
    frozenset({"number"}): _people,
    frozenset({"number", "code"}): _logs,
    frozenset({"number", "language"}): _casebook_copies,
    frozenset({"kind", "language", "code"}): _paper_forms,
    frozenset({"number", "visit"}): _infusions,
    frozenset({"number", "visit", "place"}): _visits,
    frozenset({"number", "visit", "act"}): _acts,
    frozenset({"pk", "item"}): _items,
    frozenset({"key"}): _exports,
    frozenset({"user_id"}): _each(User, "user_id"),
    frozenset({"query_id"}): _each(Query, "query_id"),
    frozenset({"run_id"}): _each(CheckRun, "run_id"),
    frozenset({"form_id"}): _reports,
    frozenset({"import_id"}): _each(ImportedFile, "import_id"),
}
BY_NAME: dict[str, Callable[[], Iterator[tuple[str, Arguments]]]] = {
    "entry:form": _forms,
    **{
        f"entry:{action}": _each_code
        for action in (
            "autosave",
            "discard",
            "back_to_draft",
            "not_done",
            "from_paper",
            "strike",
            "move",
            "sign",
            "verify_form",
            "withdraw_verification",
            "close",
        )
    },
    "monitoring:trail:form": _each_code,
    "monitoring:trail:report": lambda: (
        (report, {"name": report.value}) for report in TrailReport
    ),
    "monitoring:trail:remove_filter": _one(key=1),
    "monitoring:visits:withdraw_finding": _each(VisitFinding, "key"),
    "monitoring:visits:close_action": _each(VisitAction, "key"),
    **{
        f"monitoring:visits:{page}": _each(MonitoringVisit, "pk")
        for page in ("visit", "done", "cancel", "finding", "action", "sign_report")
    },
    **{
        f"monitoring:visits:{page}": lambda: (
            (report, {"pk": report.visit_id, "version": report.version})
            for report in VisitReport.objects.all()
        )
        for page in ("report", "report_pdf")
    },
    "entry:file": _files,
    "lock:check": lambda: ((check.name, {"name": check.name}) for check in checks()),
    "lock:proposal": _each(LockProposal, "pk"),
    "lock:withdraw": _each(LockProposal, "pk"),
    "visits:laboratory": _one(code="central"),
    "monitoring:listing": lambda: (
        (listing.name, {"name": listing.name}) for listing in LISTINGS
    ),
    **{
        f"safety:{action}late_case": _each(LateCase, "pk")
        for action in ("", "change_", "assess_")
    },
    **{
        f"randomization:{action}": _each(AllocationList, "pk")
        for action in ("approve", "seal", "destroy")
    },
}
