"""The report of a visit: what it says, its signature and its acknowledgement."""

import hashlib
import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from monitoring.visits.models import MonitoringVisit, VisitReport
from monitoring.visits.problems import MonitoringRefused
from monitoring.visits.rules import raises_share
from monitoring.visits.selectors import actions_of, findings_of, participants_seen
from monitoring.visits.services.visits import own_visit
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.accounts.services.signing import obstacle_to_signing
from record.audit.attribution import Source, act, attributed
from record.review.services import raise_shares
from trial_edc import clock
from trial_edc.dates import site_date
from trial_edc.requirements import implements
from trial_edc.vocabulary import N_

MEANING = N_("This report says what I saw and did at this visit.")
Content = dict[str, Any]


def content_of(visit: MonitoringVisit) -> Content:
    """What a report says, without words of a language but those that people typed."""
    return {
        "kind": visit.kind,
        "planned_on": visit.planned_on.isoformat(),
        "started_on": visit.started_on and visit.started_on.isoformat(),
        "ended_on": visit.ended_on and visit.ended_on.isoformat(),
        "monitor": visit.monitor.full_name,
        "people_met": visit.people_met,
        "letter": visit.letter,
        "seen": [
            {"number": one.number, **one.counts} for one in participants_seen(visit)
        ],
        "findings": [
            {
                "category": finding.category,
                "severity": finding.severity,
                "number": finding.participant.number if finding.participant else "",
                "code": finding.code,
                "text": finding.text,
            }
            for finding in findings_of(visit)
            if finding.withdrawn_at is None
        ],
        "actions": [
            {
                "task": action.task,
                "owner": action.owner.full_name,
                "due_on": action.due_on.isoformat(),
                "closed_on": action.closed_at
                and site_date(action.closed_at).isoformat(),
                "outcome": action.outcome or "",
            }
            for action in actions_of(visit)
        ],
    }


def digest_of(content: Content) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@implements("MVL-04", "SDV-03")
def sign_report(
    visit: MonitoringVisit, *, shown: str, proof: ReAuthenticated, by: User
) -> VisitReport:
    """Sign what the page showed, under the digest `shown`, as the next version.

    What the last version says already is not signed twice. Findings that are new since
    then raise the shares of verification.
    """
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        visit = own_visit(visit, by)
        if obstacle := obstacle_to_signing(by):
            raise MonitoringRefused(obstacle)
        if not visit.is_done:
            raise MonitoringRefused(_("Record first that the visit is done."))
        content = content_of(visit)
        if shown != digest_of(content):
            raise MonitoringRefused(_("The report changed since it was shown to you."))
        last = visit.reports.order_by("-version").first()
        if last and last.digest == shown:
            return last
        report = VisitReport.objects.create(
            visit=visit,
            version=last.version + 1 if last else 1,
            content=content,
            digest=shown,
            meaning=MEANING,
            signer=by,
            signer_name=by.full_name,
        )
        act("visit_report_signed", details=_place(report))
        _raise_shares(report, last, by)
    return report


def _raise_shares(report: VisitReport, last: VisitReport | None, by: User) -> None:
    new = _raising(report) - (_raising(last) if last else 0)
    if new > 0:
        reason = f"{report.visit_id}/{report.version}"
        raise_shares(findings=new, reason=reason, by=by)


def _raising(report: VisitReport) -> int:
    findings = report.content["findings"]
    return sum(raises_share(one["category"], one["severity"]) for one in findings)


def _place(report: VisitReport) -> dict[str, int]:
    return {"visit": report.visit_id, "version": report.version}


@implements("MVL-04")
def acknowledge_report(
    report: VisitReport, *, proof: ReAuthenticated, by: User
) -> None:
    """The principal investigator has read the last version; once."""
    if not by.may(Permission.ACKNOWLEDGE_MONITORING):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        MonitoringVisit.objects.select_for_update().get(pk=report.visit_id)
        if obstacle := obstacle_to_signing(by):
            raise MonitoringRefused(obstacle)
        last = report.visit.reports.order_by("-version").first()
        if last is None or last.pk != report.pk:
            raise MonitoringRefused(
                _("There is a newer version of this report: read it.")
            )
        if last.acknowledged_at:
            raise MonitoringRefused(_("That was done already; nothing changed."))
        last.acknowledged_at, last.acknowledged_by = clock.now(), by
        last.acknowledged_name = by.full_name
        last.save(
            update_fields=("acknowledged_at", "acknowledged_by", "acknowledged_name")
        )
        act("visit_report_acknowledged", details=_place(report))
