"""A listing as a query string filters and sorts it, with its facets."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """A listing as filtered and sorted by a query string."""

    listing: Listing
    columns: list[ListingColumn]
    lines: list[ListingLine]
    facets: list[Facet]
    total: int
    sort: str

    @property
    def rows(self) -> Iterator[tuple[ListingLine, list[tuple[ListingColumn, str]]]]:
        for line in self.lines:
            yield (
                line,
                [(column, line.cells[column.name].text) for column in self.columns],
            )


@implements("MON-01")
def listing_result(
    listing: Listing, user: User, query: Mapping[str, str]
) -> ListingResult:
    """A listing as a query string filters and sorts it; unknown names are ignored."""
    lines, columns = listing.lines(user), listing.heading()
    selected = {name: query[name] for name in listing.facets if name in query}
    facets = [
        _facet(
            column, _matching_lines(lines, selected, apart_from=column.name), selected
        )
        for column in columns
        if column.name in listing.facets
    ]
    sort = query.get("sort", "")
    lines_in_order = _sorted(
        _matching_lines(lines, selected), sort, {column.name for column in columns}
    )
    return ListingResult(listing, columns, lines_in_order, facets, len(lines), sort)


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


def _sorted(lines: list[ListingLine], sort: str, names: set[str]) -> list[ListingLine]:
    name = sort.removeprefix("-")
    if name not in names:
        return lines
    with_key = [line for line in lines if line.cells[name].key]
    without_key = [line for line in lines if not line.cells[name].key]
    with_key.sort(key=lambda line: line.cells[name].key, reverse=sort.startswith("-"))
    return with_key + without_key
