"""Record that somebody has reviewed a report, and what they found."""

from datetime import date, timedelta

from monitoring.trail.models import AuditReview
from monitoring.trail.selectors.reports import in_report
from monitoring.trail.selectors.visible import entries_visible_to
from monitoring.trail.vocabulary import TrailReport
from record.accounts.models import User
from record.audit import once
from record.audit.attribution import Source, attributed
from record.casebook.blinding import require_blind
from trial_edc.dates import site_midnight
from trial_edc.requirements import implements


@implements("AUD-14")
def record_review(
    report: TrailReport, *, since: date, until: date, findings: str, by: User
) -> AuditReview:
    """Raises `TellsArm`. The report is counted as it stands now."""
    require_blind([findings], by=by, participant=None)
    ends_at = site_midnight(until + timedelta(days=1))
    readable = entries_visible_to(by)
    period = readable.filter(at__gte=site_midnight(since), at__lt=ends_at)
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        return AuditReview.objects.create(
            report=report,
            since=since,
            until=until,
            entries=in_report(report, period, readable=readable).count(),
            findings=findings,
            reviewed_by=by,
        )
