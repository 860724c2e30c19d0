"""Listings for medical review, pooled over both arms.

A listing is declared by its form and items; a role sees the listings whose forms it may
read. Missed visits come from the schedule, all others from one select of one form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from record.accounts.models import User
from record.casebook import catalogue
from record.casebook.access import visible_codes, within_reach
from record.casebook.display import NOTHING, words
from record.casebook.form_data import FormData
from record.casebook.items import Date, DateTime, Item, Lab, Number, PartialDate
from record.casebook.models import FormStatus, Participant
from record.casebook.selectors import stored_form_data
from record.casebook.values import MissingCode, Partial, is_blank
from trial_edc import clock
from trial_edc.vocabulary import N_, Codelist, VisitStatus, YesNo
from visits.outlooks.selectors import outlooks_at, visit_at
from visits.schedule.vocabulary import NotDoneReason

MEASURED, DATED = (Lab, Number), (Date, DateTime, PartialDate)


@dataclass(frozen=True)
class ListingCell:
    """One cell: its text, the key that filters it and the value that sorts it."""

    text: str
    key: str
    order: Any = None  # None: unknown
    style: str = ""  # class of the cell


@dataclass(frozen=True)
class ListingLine:
    """One row of a listing, with the page that it is about."""

    participant: str
    url: str
    cells: Mapping[str, ListingCell]


@dataclass(frozen=True)
class ListingColumn:
    """A column of a listing."""

    name: str
    label: Any
    is_measured: bool = False


@dataclass(frozen=True)
class Listing:
    """Declaration of a listing: its form, columns, facets, and computed columns."""

    name: str
    title: str
    code: str
    columns: tuple[str, ...]
    facets: tuple[str, ...]
    computed: Mapping[str, tuple[str, Callable[[FormData], YesNo]]] = field(
        default_factory=dict
    )

    def heading(self) -> list[ListingColumn]:
        items = catalogue.design(self.code).items
        own = [
            ListingColumn(
                name, items[name].verbose_name, isinstance(items[name], MEASURED)
            )
            for name in self.columns
        ]
        return own + [
            ListingColumn(name, _(label))
            for name, (label, _rule) in self.computed.items()
        ]

    def lines(self, user: User) -> list[ListingLine]:
        people = dict(_people(user).values_list("pk", "number"))
        rows = stored_form_data(people, [self.code])
        return [self._line(people[pk], data) for pk, data in rows]

    def _line(self, number: str, data: FormData) -> ListingLine:
        items = catalogue.design(self.code).items
        cells = {
            name: _cell(items[name], data.values.get(name)) for name in self.columns
        }
        for name, (_label, rule) in self.computed.items():
            answer = rule(data)
            cells[name] = ListingCell(_(answer.label), answer.value, answer)
        return ListingLine(number, reverse("entry:form", args=[data.form_id]), cells)


class MissedVisits(Listing):
    """Visits that nobody saw, by mark or by time."""

    def heading(self) -> list[ListingColumn]:
        labels = (_("Visit"), _("Window"), _("Reason"))
        return [
            ListingColumn(name, label)
            for name, label in zip(self.columns, labels, strict=True)
        ]

    def lines(self, user: User) -> list[ListingLine]:
        now = clock.now()
        missed = outlooks_at(now).filter(
            status_now=VisitStatus.MISSED,
            participant__in=_people(user),
            record__isnull=False,
            number=0,
        )
        rows = missed.select_related("participant")
        return [
            ListingLine(
                row.participant.number,
                reverse("entry:form", args=[row.record_id]),
                _missed_cells(visit_at(row, now)),
            )
            for row in rows.order_by("participant__sequence", "place")
        ]


def _missed_cells(visit: Any) -> dict[str, ListingCell]:
    window, reason = visit.state.window, visit.missed_reason or ""
    span = f"{window.opens} – {window.closes}" if window else NOTHING
    why = _(NotDoneReason(reason).label) if reason else _("no reason recorded")
    return {
        "visit": ListingCell(_(visit.code.label), visit.code.value, visit.code),
        "window": ListingCell(
            span,
            str(window.opens) if window else "",
            window.opens if window else None,
            style="number",
        ),
        "reason": ListingCell(why, reason, NotDoneReason(reason) if reason else None),
    }


def _people(user: User) -> Any:
    return within_reach(user, Participant.objects.all(), "pk")


def _cell(item: Item, value: Any) -> ListingCell:
    return ListingCell(
        words(item, value), _key(value), _order(item, value), _style(item)
    )


def _place(terms: type[Codelist], code: str) -> int:
    """A code that the list no longer has stands behind all others."""
    codes = [term.value for term in terms]
    return codes.index(code) if code in codes else len(codes)


def _style(item: Item) -> str:
    """Measured numbers are set to the right; neither they nor dates break in two."""
    if isinstance(item, MEASURED):
        return "num number"
    return "number" if isinstance(item, DATED) else ""


def _order(item: Item, value: Any) -> Any:
    """What a value sorts by; a missing code is as unknown as nothing."""
    if isinstance(value, MissingCode) or is_blank(value):
        return None
    if item.facts.terms:
        codes = value if isinstance(value, list | tuple) else [value]
        return [_place(item.facts.terms, code) for code in codes]
    if isinstance(value, Partial):
        return value.text
    return getattr(value, "standard", value)


def _key(value: Any) -> str:
    if isinstance(value, MissingCode):
        return value.value
    if is_blank(value):
        return ""
    if isinstance(value, list | tuple):
        return ",".join(sorted(map(str, value)))
    return str(getattr(value, "standard", value))


def _is_resolved(data: FormData) -> YesNo:
    return YesNo.NO if data.get("resolved_at") is None else YesNo.YES


def _is_complete(data: FormData) -> YesNo:
    return YesNo.YES if data.status == FormStatus.COMPLETE else YesNo.NO


COMPLETE = {"complete": (N_("Complete"), _is_complete)}
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
        {"resolved": (N_("Resolved"), _is_resolved)},
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
