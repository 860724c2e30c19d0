"""Writes of the register of versions of the consent document."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from enrollment.consent import selectors as consents
from enrollment.models import ConsentDocument
from enrollment.problems import EnrollmentRefused
from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.roles import FIRST, Permission
from record.audit.attribution import Source, attributed
from record.review.services.approvals import approve
from trial_edc.locks import TransactionLock, wait_for


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of the consent document as it is entered."""

    version: str
    effective_from: date
    ethics_approved_on: date
    changes: str
    concerns: str


def enter_version(
    version: NewVersion, *, by: User, via: Source = Source.PAGE
) -> ConsentDocument:
    """Until it is approved, entering the same version again corrects it."""
    require_person(by, FIRST, Permission.REFERENCE_DATA)
    with attributed(by=by, via=via):
        wait_for(TransactionLock.CONSENT_VERSIONS)
        _require_valid(version)
        document, _created = ConsentDocument.objects.update_or_create(
            version=version.version,
            defaults={
                "effective_from": version.effective_from,
                "ethics_approved_on": version.ethics_approved_on,
                "changes": version.changes,
                "concerns": version.concerns,
                "entered_by": by,
            },
        )
    return document


def approve_version(
    document: ConsentDocument,
    *,
    shown: str | None = None,
    by: User,
    via: Source = Source.PAGE,
) -> ConsentDocument:
    with attributed(by=by, via=via):
        wait_for(TransactionLock.CONSENT_VERSIONS)
        return approve(document, Permission.REFERENCE_DATA, shown=shown, by=by, via=via)


def _require_valid(version: NewVersion) -> None:
    reasons, versions_in_use = [], consents.consent_versions()
    if any(used.version == version.version for used in versions_in_use):
        reasons.append(_("This version is approved and no longer changes."))
    if later := [
        used
        for used in versions_in_use
        if used.effective_from >= version.effective_from
    ]:
        details = {"version": later[-1].version, "day": later[-1].effective_from}
        reasons.append(
            _("Version %(version)s is in force from %(day)s; this one must come later.")
            % details
        )
    unapproved = ConsentDocument.objects.filter(approved_at=None)
    if unapproved.exclude(version=version.version).exists():
        reasons.append(_("Another version awaits its approval; one after the other."))
    if version.ethics_approved_on > version.effective_from:
        reasons.append(_("The ethics board approves a version before it is in force."))
    if reasons:
        raise EnrollmentRefused(*reasons)
