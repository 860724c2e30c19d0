"""The audit trail as a file; that it was taken stands in the trail."""

from collections.abc import Iterator, Mapping

from django.db.models import QuerySet

from monitoring.trail.selectors.csv_rows import csv_rows
from record.accounts.models import User
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality, Entry
from trial_edc.requirements import implements


@implements("AUD-07", "AUD-09")
def download_trail(
    entries: QuerySet[Entry], filters: Mapping[str, str], *, by: User
) -> Iterator[str]:
    """The lines of a CSV file, of all entries that there are now.

    Names of participants are in no file, so their entries are left out.
    """
    taken = entries.exclude(confidentiality=Confidentiality.IDENTITY)
    last = taken.order_by("-at").values_list("at", flat=True).first()
    with attributed(by=by, via=Source.PAGE):
        act("trail_downloaded", details={"filters": dict(filters)})
    return csv_rows(taken.filter(at__lte=last) if last else taken.none(), by)
