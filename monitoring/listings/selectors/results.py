"""A listing as a query string filters it, with its facets."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

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
    count, total = counts[COUNT][""], counts[TOTAL][""]
    return ListingResult(listing, columns, matching, facets, count, total)


def _matching(rows: QuerySet[Any], selected: Keys) -> QuerySet[Any]:
    return rows.filter(**{key_of(name): key for name, key in selected.items()})


def _counts(
    listing: Listing, rows: QuerySet[Any], selected: Keys
) -> Mapping[str, Counter[str]]:
    """Rows by facet and key, and of all.

    The database counts each combination of keys once; codelists keep those few. A facet
    counts rows that fit all other filters.
    """
    names, counts = listing.facets, defaultdict[str, Counter[str]](Counter)
    combinations = rows.order_by().values_list(*map(key_of, names))
    for *own_keys, n in combinations.annotate(n=Count("*")):
        keys = dict(zip(names, own_keys, strict=True))
        misfits = {name for name, key in selected.items() if keys[name] != key}
        counts[TOTAL][""] += n
        if not misfits:
            counts[COUNT][""] += n
        for name in names:
            if misfits <= {name}:
                counts[name][keys[name]] += n
    return counts


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
