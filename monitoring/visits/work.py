"""Actions of monitoring visits and reports to acknowledge, on the page “My work”."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from monitoring.visits.models import VisitAction
from monitoring.visits.selectors import reports_to_acknowledge
from record.accounts.models import User
from record.accounts.roles import Permission
from record.notices.work_items import (
    DUE,
    MAX_PER_KIND,
    OVERDUE,
    WAITING,
    WorkGroup,
    WorkItem,
    work_of,
)
from trial_edc.requirements import implements


@work_of(WorkGroup.REVIEW, Permission.READ_CASEBOOK)
@implements("MVL-03")
def actions_to_close(user: User) -> Iterator[WorkItem]:
    """One's own open actions, the earliest due first; one select."""
    mine = VisitAction.objects.filter(owner=user, closed_at=None)
    for action in mine.order_by("due_on", "pk")[:MAX_PER_KIND]:
        yield WorkItem(
            OVERDUE if action.is_late else WAITING,
            _("Monitoring"),
            "",
            action.task,
            f"{reverse('monitoring:visits:actions')}#action-{action.pk}",
            "overdue" if action.is_late else "due",
            due_on=action.due_on,
            is_typed=True,
        )


@work_of(WorkGroup.DECISIONS, Permission.ACKNOWLEDGE_MONITORING)
@implements("MVL-04")
def reports_to_read(user: User) -> Iterator[WorkItem]:
    """Signed reports that the principal investigator has not acknowledged."""
    del user  # whoever may acknowledge sees each
    for report in reports_to_acknowledge()[:MAX_PER_KIND]:
        place = [report.visit_id, report.version]
        yield WorkItem(
            DUE,
            _("Monitoring"),
            "",
            _("Report to acknowledge: %(visit)s") % {"visit": report.visit},
            reverse("monitoring:visits:report", args=place),
            "due",
        )
