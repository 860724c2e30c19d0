"""A visit is planned, done or cancelled; findings and actions are noted."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from monitoring.visits.models import MonitoringVisit, VisitAction, VisitFinding
from monitoring.visits.problems import MonitoringRefused
from monitoring.visits.rules import days_problem
from monitoring.visits.selectors import has_actions, may_close
from record.accounts.models import User
from record.accounts.roles import Permission
from record.audit.attribution import Source, attributed
from record.casebook.blinding import require_blind
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

DAYS_PROBLEMS = {
    "order": N_("The visit ends before it begins: exchange the two days."),
    "future": N_("This day is still to come: record the visit once it is over."),
}


@implements("MVL-01")
def plan_visit(*, kind: str, planned_on: date, by: User) -> MonitoringVisit:
    """Who plans a visit is its monitor."""
    if not by.may(Permission.MONITOR_SITE):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        return MonitoringVisit.objects.create(
            kind=kind, planned_on=planned_on, monitor=by
        )


@implements("MVL-01")
def record_done(
    visit: MonitoringVisit,
    *,
    started_on: date,
    ended_on: date,
    people_met: str,
    letter: str,
    by: User,
) -> None:
    """Also again, when it was recorded wrongly: a signed report stays as it is."""
    if problem := days_problem(started_on, ended_on, clock.today()):
        raise MonitoringRefused(_(DAYS_PROBLEMS[problem]))
    _require_blind([people_met, letter], by)
    with attributed(by=by, via=Source.PAGE):
        visit = own_visit(visit, by)
        visit.started_on, visit.ended_on = started_on, ended_on
        visit.people_met, visit.letter = people_met, letter
        visit.save(update_fields=("started_on", "ended_on", "people_met", "letter"))


@implements("MVL-01")
def cancel_visit(visit: MonitoringVisit, *, reason: str, by: User) -> None:
    _require_blind([reason], by)
    with attributed(by=by, via=Source.PAGE):
        visit = own_visit(visit, by)
        if visit.is_done:
            raise MonitoringRefused(_("The visit is done; it cannot be cancelled."))
        visit.cancelled_at, visit.cancellation = clock.now(), reason
        visit.save(update_fields=("cancelled_at", "cancellation"))


@implements("MVL-02")
def note_finding(
    visit: MonitoringVisit,
    *,
    category: str,
    severity: str,
    participant: Participant | None,
    code: str,
    text: str,
    by: User,
) -> VisitFinding:
    _require_blind([text], by, participant)
    with attributed(by=by, via=Source.PAGE):
        return VisitFinding.objects.create(
            visit=own_visit(visit, by),
            category=category,
            severity=severity,
            participant=participant,
            code=code,
            text=text,
            noted_by=by,
        )


@implements("MVL-02")
def withdraw_finding(finding: VisitFinding, *, reason: str, by: User) -> None:
    """Raises `MonitoringRefused` for one that was withdrawn already."""
    _require_blind([reason], by, finding.participant)
    with attributed(by=by, via=Source.PAGE):
        own_visit(finding.visit, by)
        finding.refresh_from_db()
        if finding.withdrawn_at:
            raise MonitoringRefused(_("That was done already; nothing changed."))
        finding.withdrawn_at, finding.withdrawal = clock.now(), reason
        finding.save(update_fields=("withdrawn_at", "withdrawal"))


@implements("MVL-03")
def note_action(
    visit: MonitoringVisit, *, task: str, owner: User, due_on: date, by: User
) -> VisitAction:
    if not has_actions(owner):
        raise MonitoringRefused(_("This person cannot be the owner of an action."))
    _require_blind([task], by)
    with attributed(by=by, via=Source.PAGE):
        return VisitAction.objects.create(
            visit=own_visit(visit, by),
            task=task,
            owner=owner,
            due_on=due_on,
            noted_by=by,
        )


@implements("MVL-03")
def close_action(action: VisitAction, *, outcome: str, by: User) -> None:
    """Its owner or a monitor says what was done; once."""
    _require_blind([outcome], by)
    with attributed(by=by, via=Source.PAGE):
        action = VisitAction.objects.select_for_update().get(pk=action.pk)
        if action.closed_at:
            raise MonitoringRefused(_("That was done already; nothing changed."))
        if not may_close(by, action):
            raise PermissionDenied
        action.closed_at, action.closed_by = clock.now(), by
        action.outcome = outcome
        action.save(update_fields=("closed_at", "closed_by", "outcome"))


def own_visit(visit: MonitoringVisit, by: User) -> MonitoringVisit:
    """The visit under a lock; call it inside the attributed transaction."""
    if not by.may(Permission.MONITOR_SITE):
        raise PermissionDenied
    visit = MonitoringVisit.objects.select_for_update().get(pk=visit.pk)
    if visit.monitor_id != by.pk:
        message = _("Only the monitor of this visit writes here: %(name)s.")
        raise MonitoringRefused(message % {"name": visit.monitor})
    if visit.cancelled_at:
        raise MonitoringRefused(_("The visit is cancelled."))
    return visit


def _require_blind(
    texts: list[str], by: User, participant: Participant | None = None
) -> None:
    require_blind(texts, by=by, participant=participant, refusal=MonitoringRefused)
