"""The table of a listing."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_tables2 import Column

from monitoring.listings.selectors.listings import ListingColumn
from monitoring.listings.selectors.results import ListingResult
from trial_edc.tables import CodeColumn, NumberColumn, Table


class ListingTable(Table):
    """The rows of a listing; its columns are those that the listing declares."""

    row = "monitoring/listings/listing_line.html"

    def __init__(self, result: ListingResult, request: HttpRequest) -> None:
        """Head each declared column, the participant first."""
        listing = result.listing
        number = f"{listing.participant_path}__number"
        columns = [
            ("participant", Column(_("Participant"), order_by=number)),
            *((column.name, _column(column)) for column in result.columns),
        ]
        super().__init__(
            result.rows,
            request,
            lines_of=lambda rows: [listing.line(row) for row in rows],
            total=result.count,
            extra_columns=columns,
        )


def _column(column: ListingColumn) -> Column:
    if column.codes:
        return CodeColumn(
            column.label, order_by=column.path, codes=lambda: column.codes
        )
    kind = NumberColumn if column.is_measured else Column
    return kind(column.label, order_by=column.path)
