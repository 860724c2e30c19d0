"""The table of a listing."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from monitoring.listings.selectors.listings import ListingColumn
from monitoring.listings.selectors.results import ListingResult
from trial_edc.tables import NumberColumn, Table


class ListingTable(Table):
    """The rows of a listing; its columns are those that the listing declares."""

    row = "monitoring/listings/listing_line.html"

    participant = Column(_("Participant"))

    def __init__(self, result: ListingResult, request: HttpRequest) -> None:
        """Head each declared column; its cells know what they sort by."""
        columns = [(column.name, _column(column)) for column in result.columns]
        super().__init__(result.lines, request, extra_columns=columns)


def _column(column: ListingColumn) -> Column:
    kind = NumberColumn if column.is_measured else Column
    return kind(column.label, order_by=f"cells__{column.name}__order")
