"""A listing as a query string filters it, with its facets."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, QuerySet, Value

from monitoring.listings.selectors.listings import Listing, ListingColumn, key_of
from record.accounts.models import User
from trial_edc.requirements import implements

TOTAL, COUNT = "", "count"  # no column is called so


@dataclass(frozen=True)
class FacetValue:
    """One value of a filter, with the number of rows that it selects."""

    key: str
    text: str
    count: int
    is_selected: bool


@dataclass(frozen=True)
class Facet:
    """A filter: its column and its values."""

    column: ListingColumn
    choices: list[FacetValue]


@dataclass(frozen=True)
class ListingResult:
    """A listing as filtered by a query string."""

    listing: Listing
    columns: list[ListingColumn]
    rows: QuerySet[Any]
    facets: list[Facet]
    count: int
    total: int


Keys = Mapping[str, str]


@implements("MON-01")
def listing_result(listing: Listing, user: User, query: Keys) -> ListingResult:
    """A listing as a query string filters it; unknown names are ignored."""
    rows, columns = listing.rows(user), listing.heading()
    selected = {name: query[name] for name in listing.facets if name in query}
    counts = _counts(listing, rows, selected)
    facets = [
        _facet(listing, column, counts[column.name], selected)
        for column in columns
        if column.name in listing.facets
    ]
    matching = _matching(rows, selected)
    count, total = counts[COUNT].get("", 0), counts[TOTAL].get("", 0)
    return ListingResult(listing, columns, matching, facets, count, total)


def _matching(
    rows: QuerySet[Any], selected: Keys, *, apart_from: str = ""
) -> QuerySet[Any]:
    others = {key_of(n): key for n, key in selected.items() if n != apart_from}
    return rows.filter(**others)


def _counts(
    listing: Listing, rows: QuerySet[Any], selected: Keys
) -> Mapping[str, dict[str, int]]:
    """Rows by facet and key, and of all, in one statement."""
    parts = [
        _part(TOTAL, rows, Value("")),
        _part(COUNT, _matching(rows, selected), Value("")),
        *(
            _part(name, _matching(rows, selected, apart_from=name), F(key_of(name)))
            for name in listing.facets
        ),
    ]
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for name, key, count in parts[0].union(*parts[1:], all=True):
        counts[name][key] = count
    return counts


def _part(name: str, rows: QuerySet[Any], key: Any) -> QuerySet[Any]:
    grouped = rows.order_by().values(facet=Value(name), key=key)
    counted: QuerySet[Any] = grouped.annotate(n=Count("pk"))
    return counted.values_list("facet", "key", "n")


def _facet(
    listing: Listing, column: ListingColumn, counts: Mapping[str, int], selected: Keys
) -> Facet:
    chosen = selected.get(column.name)
    keys = sorted({*counts, *([] if chosen is None else [chosen])})
    choices = [
        FacetValue(
            key, listing.text_of(column.name, key), counts.get(key, 0), chosen == key
        )
        for key in keys
    ]
    return Facet(column, choices)
