"""What is recorded of a listing that was taken away."""

from collections.abc import Mapping

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed


def record_download(
    name: str, rows: int, filters: Mapping[str, object], *, by: User
) -> None:
    with attributed(by=by, via=Source.PAGE):
        told = {"listing": name, "rows": rows, "filters": dict(filters)}
        act("listing_downloaded", details=told)
