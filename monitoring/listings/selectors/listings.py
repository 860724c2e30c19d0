"""Listings for medical review, pooled over both arms.

A listing is declared by its form and items; a role sees the listings whose forms it may
read. Missed visits come from the copies of the schedule, all others from the columns
of one form. Facets, counts, order and pages are those of the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import visible_codes, within_reach
from record.casebook.display import NOTHING, words
from record.casebook.items import Date, DateTime, Item, Lab, Number, PartialDate
from record.casebook.models import FormStatus
from record.casebook.selectors import data_of
from record.casebook.values import MissingCode
from trial_edc import clock
from trial_edc.vocabulary import N_, Codelist, VisitCode, VisitStatus, YesNo
from visits.outlooks.selectors import visit_at, visits_in
from visits.schedule.vocabulary import NotDoneReason

MEASURED, DATED = (Lab, Number), (Date, DateTime, PartialDate)


@dataclass(frozen=True)
class ListingCell:
    """One cell: its text, and the class that it is drawn with."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class ListingLine:
    """One row of a listing, with the page that it is about."""

    participant: str
    url: str
    cells: Mapping[str, ListingCell]


@dataclass(frozen=True)
class ListingColumn:
    """A column of a listing, with what it sorts by."""

    name: str
    label: Any
    path: str
    codes: tuple[str, ...] = ()  # in the order of their list
    is_measured: bool = False


def key_of(name: str) -> str:
    """The column of `Listing.rows` by which a facet counts and selects."""
    return f"{name}_key"


@dataclass(frozen=True)
class Listing:
    """Declaration of a listing: its form, columns, facets, and computed columns.

    A computed column says yes or no, whether its condition holds.
    """

    name: str
    title: str
    code: str
    columns: tuple[str, ...]
    facets: tuple[str, ...]
    computed: Mapping[str, tuple[str, Q]] = field(default_factory=dict)

    participant_path: ClassVar[str] = "form__participant"

    @property
    def _items(self) -> Mapping[str, Item]:
        return catalogue.design(self.code).items

    def heading(self) -> list[ListingColumn]:
        own = [_item_column(name, self._items[name]) for name in self.columns]
        yes_or_no = tuple(answer.value for answer in YesNo)
        return own + [
            ListingColumn(name, _(label), key_of(name), yes_or_no)
            for name, (label, _condition) in self.computed.items()
        ]

    def rows(self, user: User) -> QuerySet[Any]:
        """In the order of casebooks, with the keys of facets and computed columns."""
        stored: QuerySet[Any] = catalogue.design(self.code).model._default_manager.all()
        rows = stored.filter(form__code=self.code, form__struck_at=None)
        keys = {key_of(n): _item_key(n) for n in self.facets if n in self.columns}
        answers = {
            key_of(name): _answer(condition)
            for name, (_label, condition) in self.computed.items()
        }
        place = ("form__participant_id", "form__visit_number", "form__occurrence", "pk")
        reached = within_reach(user, rows, self.participant_path)
        with_forms = reached.select_related("form__participant")
        with_keys: QuerySet[Any] = with_forms.annotate(**keys, **answers)
        return with_keys.order_by(*place)

    def line(self, row: Any) -> ListingLine:
        """The line of one of `rows`."""
        values = data_of(row.form, row).values
        cells = {name: _cell(self._items[name], values[name]) for name in self.columns}
        for name in self.computed:
            cells[name] = ListingCell(self.text_of(name, getattr(row, key_of(name))))
        url = reverse("entry:form", args=[row.form.pk])
        return ListingLine(row.form.participant.number, url, cells)

    def text_of(self, name: str, key: str) -> str:
        """What people read for a key; for one that no row has, the key."""
        if name in self.computed:
            return _label(YesNo, key)
        item = self._items[name]
        is_missing = key in [code.value for code in MissingCode]
        return words(item, MissingCode(key) if is_missing else key)


def _label(terms: type[Codelist], key: str) -> str:
    try:
        return _(terms(key).label)
    except ValueError:
        return key or NOTHING


def _item_column(name: str, item: Item) -> ListingColumn:
    is_measured = isinstance(item, MEASURED)
    path = f"{name}_standard" if isinstance(item, Lab) else name
    codes = tuple(term.value for term in item.facts.terms or ())
    return ListingColumn(name, item.verbose_name, path, codes, is_measured)


def _item_key(name: str) -> Any:
    """The missing code or the code of an item; empty while it says nothing."""
    missing = KeyTextTransform(name, "missing")
    return Coalesce(missing, name, Value(""), output_field=CharField())


def _answer(condition: Q) -> Any:
    yes = When(condition, then=Value(YesNo.YES.value))
    return Case(yes, default=Value(YesNo.NO.value), output_field=CharField())


class MissedVisits(Listing):
    """Visits that nobody saw, by mark or by time."""

    participant_path = "participant"

    def heading(self) -> list[ListingColumn]:
        visits = tuple(code.value for code in VisitCode)
        reasons = tuple(reason.value for reason in NotDoneReason)
        return [
            ListingColumn("visit", _("Visit"), "visit", visits),
            ListingColumn("window", _("Window"), "opens_on"),
            ListingColumn("reason", _("Reason"), "missed_reason", reasons),
        ]

    def rows(self, user: User) -> QuerySet[Any]:
        missed = visits_in(VisitStatus.MISSED, clock.now()).filter(
            record__isnull=False, number=0
        )
        reached = within_reach(user, missed, self.participant_path)
        keys = {key_of("visit"): F("visit"), key_of("reason"): F("missed_reason")}
        with_people = reached.select_related("participant")
        with_keys: QuerySet[Any] = with_people.annotate(**keys)
        return with_keys.order_by("participant__sequence", "place")

    def line(self, row: Any) -> ListingLine:
        visit = visit_at(row, clock.now())
        window = visit.state.window
        span = f"{window.opens} – {window.closes}" if window else NOTHING
        cells = {
            "visit": ListingCell(_(visit.code.label)),
            "window": ListingCell(span, "number"),
            "reason": ListingCell(self.text_of("reason", row.missed_reason)),
        }
        url = reverse("entry:form", args=[row.record_id])
        return ListingLine(row.participant.number, url, cells)

    def text_of(self, name: str, key: str) -> str:
        if name == "visit":
            return _label(VisitCode, key)
        return _label(NotDoneReason, key) if key else _("no reason recorded")


def _cell(item: Item, value: Any) -> ListingCell:
    return ListingCell(words(item, value), _style(item))


def _style(item: Item) -> str:
    """Measured numbers are set to the right; neither they nor dates break in two."""
    if isinstance(item, MEASURED):
        return "num number"
    return "number" if isinstance(item, DATED) else ""


COMPLETE = {"complete": (N_("Complete"), Q(form__status=FormStatus.COMPLETE))}
RESOLVED = {"resolved": (N_("Resolved"), Q(resolved_at__isnull=False))}
EVENT_COLUMNS = (
    *("term", "onset", "grade", "serious", "caused_by_infusion"),
    *("infusion_reaction", "infusion_number", "outcome"),
)
INFUSION_COLUMNS = (
    *("given", "started_at", "stopped_at", "volume_ml", "reaction"),
    *("completed", "stopped_reason"),
)
LISTINGS = (
    Listing(
        "events",
        N_("Adverse events"),
        "AE",
        EVENT_COLUMNS,
        ("grade", "serious", "infusion_reaction", "caused_by_infusion", "outcome"),
        COMPLETE,
    ),
    Listing(
        "deviations",
        N_("Deviations"),
        "DEV",
        ("category", "importance", "occurred_on", "description", "raised_by"),
        ("category", "importance", "raised_by", "resolved"),
        RESOLVED,
    ),
    Listing(
        "deaths",
        N_("Deaths"),
        "DTH",
        ("death_on", "place", "cause", "cause_category", "related_infusion"),
        ("cause_category", "place", "related_infusion"),
        COMPLETE,
    ),
    Listing(
        "withdrawals",
        N_("Withdrawals"),
        "WDR",
        ("kind", "on", "by", "reason"),
        ("kind", "by", "reason"),
        COMPLETE,
    ),
    MissedVisits(
        "missed-visits",
        N_("Missed visits"),
        "VIS",
        ("visit", "window", "reason"),
        ("visit", "reason"),
    ),
    Listing(
        "infusions",
        N_("Infusions and reactions"),
        "INF",
        INFUSION_COLUMNS,
        ("reaction", "given", "completed"),
    ),
)


def listings_for(user: User) -> list[Listing]:
    """Listings whose forms the role may read whole."""
    codes = visible_codes(user)
    return [listing for listing in LISTINGS if listing.code in codes]
