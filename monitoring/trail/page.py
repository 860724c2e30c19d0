"""What the pages of the trail show, ready."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from monitoring.trail.filters import TrailFilters, instant
from monitoring.trail.models import AuditReview
from monitoring.trail.selectors.lines import TrailLine, trail_lines
from monitoring.trail.selectors.reviews import last_review
from monitoring.trail.selectors.stretches import stretch
from monitoring.trail.vocabulary import TrailReport
from record.accounts.models import User

OLDEST_FIRST = "oldest"


@dataclass(frozen=True)
class TrailPage:
    """The lines of one stretch, and the addresses of the stretches beside it."""

    lines: list[TrailLine]
    is_oldest_first: bool
    next: str
    start: str
    turned: str
    answer: str  # as the address of a file has it


def trail_page(filters: TrailFilters, reader: User) -> TrailPage:
    order = filters.data.get("order", "")
    after = instant(filters.data.get("beyond", ""))
    is_oldest_first = order == OLDEST_FIRST
    part = stretch(filters.answer, after=after, oldest_first=is_oldest_first)
    kept = {**filters.chosen, **({"order": order} if is_oldest_first else {})}
    turned = {} if is_oldest_first else {"order": OLDEST_FIRST}
    return TrailPage(
        lines=trail_lines(part.entries, reader),
        is_oldest_first=is_oldest_first,
        next=_query({**kept, "beyond": _written(part.until)}) if part.until else "",
        start=_query(kept) if after else "",
        turned=_query({**filters.chosen, **turned}),
        answer=_query(filters.chosen),
    )


def _written(at: datetime) -> str:
    """To the microsecond: nothing of the next stretch is left out or stands twice."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _query(parameters: dict[str, str]) -> str:
    return "?" + urlencode(parameters, safe=":")


@dataclass(frozen=True)
class ReportCard:
    """A report, and when it was last reviewed."""

    report: TrailReport
    last: AuditReview | None

    @property
    def label(self) -> str:
        return _(self.report.label)


def report_cards() -> list[ReportCard]:
    return [ReportCard(report, last_review(report)) for report in TrailReport]
