"""Audit entry of a list of queries that was taken as a file."""

from collections.abc import Mapping

from record.accounts.models import User
from record.audit.attribution import Source, act, attributed


def record_download(lines: int, filters: Mapping[str, object], *, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        act("queries_downloaded", details={"lines": lines, "filters": dict(filters)})
