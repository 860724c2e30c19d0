"""A listing as a query string filters it, with its facets."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitoring.listings.selectors.listings import Listing, ListingColumn, ListingLine
from record.accounts.models import User
from record.casebook.display import NOTHING
from trial_edc.requirements import implements


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
    lines: list[ListingLine]
    facets: list[Facet]
    total: int


@implements("MON-01")
def listing_result(
    listing: Listing, user: User, query: Mapping[str, str]
) -> ListingResult:
    """A listing as a query string filters it; unknown names are ignored."""
    lines, columns = listing.lines(user), listing.heading()
    selected = {name: query[name] for name in listing.facets if name in query}
    facets = [
        _facet(
            column, _matching_lines(lines, selected, apart_from=column.name), selected
        )
        for column in columns
        if column.name in listing.facets
    ]
    matching = _matching_lines(lines, selected)
    return ListingResult(listing, columns, matching, facets, len(lines))


def _matching_lines(
    lines: Iterable[ListingLine], selected: Mapping[str, str], *, apart_from: str = ""
) -> list[ListingLine]:
    required = [(name, key) for name, key in selected.items() if name != apart_from]
    return [
        line
        for line in lines
        if all(line.cells[name].key == key for name, key in required)
    ]


def _facet(
    column: ListingColumn, lines: Sequence[ListingLine], selected: Mapping[str, str]
) -> Facet:
    cells = [line.cells[column.name] for line in lines]
    texts, counts = {c.key: c.text for c in cells}, Counter(c.key for c in cells)
    if column.name in selected:
        texts.setdefault(selected[column.name], selected[column.name] or NOTHING)
    choices = [
        FacetValue(key, texts[key], counts[key], selected.get(column.name) == key)
        for key in sorted(texts)
    ]
    return Facet(column, choices)
