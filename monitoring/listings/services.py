"""Audit entry of a downloaded listing."""

from collections.abc import Mapping

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed


def record_download(
    name: str, rows: int, filters: Mapping[str, object], *, by: User
) -> None:
    with attributed(by=by, via=Source.PAGE):
        details = {"listing": name, "rows": rows, "filters": dict(filters)}
        act("listing_downloaded", details=details)
