"""Work on serious events, for the site and for the sponsor."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from entry.selectors import navigation
from record.accounts.models import User
from record.accounts.roles import Permission
from record.notices.work_items import DUE, OVERDUE, URGENT, WorkItem
from safety.reports.selectors.cases import CaseState, SponsorCase, cases_of
from safety.reports.selectors.reports import ReportLine, open_report_lines, report_lines
from trial_edc import dates


def serious_events(user: User) -> Iterator[WorkItem]:
    """Reports to send, follow-ups to write; for the sponsor, versions to settle."""
    lines = open_report_lines()
    yield from (_report_item(line, user) for line in lines if line.is_waiting)
    if user.may(Permission.ENTER_CRF):
        yield from (_follow_up_item(line) for line in lines if line.changed)
    if user.may(Permission.ASSESS_SAFETY):
        for case in cases_of(report_lines()):
            yield from _case_items(case)


def _report_item(line: ReportLine, user: User) -> WorkItem:
    """Whoever may send it goes to the page that sends, others to the report."""
    may_send = user.may(Permission.SIGN_FORM)
    return WorkItem(
        URGENT,
        _("Serious event"),
        line.participant.number,
        line.term or _("Report to the sponsor"),
        reverse("safety:reports") if may_send else navigation.address(line.form),
        line.unsent_look,
        dates.site_date(line.due_at),
        is_typed=True,
        due_at=line.due_at,
    )


def _follow_up_item(line: ReportLine) -> WorkItem:
    text = _("Changed since the report was sent: %(items)s")
    address = reverse("safety:reports") + f"?participant={line.participant.number}"
    return WorkItem(
        DUE,
        _("Follow-up report"),
        line.participant.number,
        text % {"items": ", ".join(line.changed)},
        address,
        "due",
        dates.site_date(line.sent_at) if line.sent_at else None,
    )


def _case_items(case: SponsorCase) -> Iterator[WorkItem]:
    form_id, item = case.assessment.form_id, "submitted_on"
    if case.state == CaseState.TO_ASSESS:
        item, since = "causality_sponsor", case.sponsor_aware_at
        due_on = dates.site_date(since) if since else None
    elif case.state in {CaseState.DUE, CaseState.OVERDUE}:
        due_on = case.due_on
    elif due_on := case.complete_due_on:
        form_id, item = case.line.form.pk, "report_kind"
    else:
        return
    is_late = case.state != CaseState.TO_ASSESS and due_on and due_on < case.today
    yield WorkItem(
        OVERDUE if is_late else DUE,
        _("Complete follow-up") if item == "report_kind" else case.state_text,
        case.line.participant.number,
        f"{case.line.term or '—'} · {case.line.version}",
        f"{reverse('entry:form', args=[form_id])}#row-{item}",
        "overdue" if is_late else "due",
        due_on,
        is_typed=True,
    )
