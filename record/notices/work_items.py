"""Work items: what a person has to do, for My work and the morning's mail.

A face that My work may not import declares its items in its module `work`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import IntegerChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from record.accounts.models import User
from record.accounts.roles import Permission

URGENT, OVERDUE, DUE, SOON, WAITING = range(-1, 4)  # urgent: in red, above all
MAX_PER_KIND = 40  # lines; how many more there are stands in one


class WorkGroup(IntegerChoices):
    """The groups of My work, in the order of the page."""

    SAFETY = 1, gettext_lazy("Safety")
    INFUSIONS = 2, gettext_lazy("Infusions")
    DECISIONS = 3, gettext_lazy("To decide and to sign")
    VISITS = 4, gettext_lazy("Visits and consents")
    FORMS = 5, gettext_lazy("Forms")
    QUERIES = 6, gettext_lazy("Queries")
    REVIEW = 7, gettext_lazy("To check")


@dataclass(frozen=True)
class WorkItem:
    """One thing to do; the address lands on the very field."""

    urgency: int
    kind: str
    participant: str
    text: str
    url: str
    look: str  # the code of the status that is shown
    due_on: date | None = None
    is_typed: bool = False  # the text is somebody's words, which no e-mail carries
    due_at: datetime | None = None  # where hours count
    count: int = 1  # of things in the line

    @property
    def is_urgent(self) -> bool:
        return self.urgency == URGENT

    @property
    def is_late(self) -> bool:
        return self.urgency == OVERDUE or self.look == "unsent_late"

    @property
    def is_due(self) -> bool:
        return self.urgency in {URGENT, DUE} and not self.is_late


def more_of(urgency: int, kind: str, count: int, url: str, look: str) -> WorkItem:  # noqa: PLR0917 - as they stand in the line
    """The line for what is not listed one by one."""
    text = ngettext("%(count)s more", "%(count)s more", count) % {"count": count}
    return WorkItem(urgency, kind, "", text, url, look, count=count)


def others_follow(kind: str, url: str, look: str) -> WorkItem:
    """The line for what is not listed, where it would take long to count it."""
    return WorkItem(DUE, kind, "", _("More follow when these are done"), url, look)


WorkSource = Callable[[User], Iterator[WorkItem]]
WORK_SOURCES: list[tuple[WorkGroup, tuple[Permission, ...], WorkSource]] = []


def work_of(
    group: WorkGroup, *permissions: Permission
) -> Callable[[WorkSource], WorkSource]:
    def declare(source: WorkSource) -> WorkSource:
        WORK_SOURCES.append((group, permissions, source))
        return source

    return declare
