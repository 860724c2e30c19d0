"""Reviews of who has access."""

from datetime import date

from django.utils.translation import gettext as _

from record.accounts.access_report import access_on, digest_of
from record.accounts.models import AccessReview, User
from record.accounts.problems import AccountRefused
from record.accounts.services.proposals import APPROVERS, lock_administration
from record.audit import once
from record.audit.attribution import Source, act, attributed
from trial_edc.requirements import implements


@implements("ACC-09")
def record_access_review(
    as_of: date, *, shown: str, findings: str, by: User
) -> AccessReview:
    """Record what was concluded from a report as it was shown.

    Raises `AccountRefused` when the report reads otherwise by now.
    """
    with attributed(by=by, via=Source.PAGE):
        once.require_first()
        lock_administration(by, *APPROVERS)
        if digest_of(access_on(as_of)) != shown:
            raise AccountRefused(
                _("The report changed since it was shown to you. Read it again.")
            )
        return AccessReview.objects.create(
            as_of=as_of, digest=shown, findings=findings, reviewed_by=by
        )


def record_report_download(rows: int, *, by: User) -> None:
    with attributed(by=by, via=Source.PAGE):
        act("access_report_downloaded", details={"rows": rows})
