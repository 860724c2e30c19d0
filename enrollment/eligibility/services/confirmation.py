"""The investigator confirms the verdict with the password."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.utils.translation import gettext as _

from enrollment.eligibility import selectors as eligibility_selectors
from enrollment.eligibility.facts.deciding_items import states_of
from enrollment.eligibility.rules import Assessment, State, Verdict
from enrollment.models import EligibilityConfirmation, FrozenScreening
from enrollment.models.confirmation import MEANING
from enrollment.problems import EnrollmentRefused
from enrollment.screening.facts.participant_status import is_screening_over
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import Permission
from record.accounts.services.signing import obstacle_to_signing
from record.audit.attribution import Source, act, attributed
from record.audit.events import announce
from record.capture.events import EligibilityConfirmed
from record.casebook.models import FormInstance, FormStatus, Participant
from record.casebook.services import form_instances
from record.review.selectors import changes_since_shown, unanswered_counts
from trial_edc import clock
from trial_edc.protocol import PROTOCOL
from trial_edc.requirements import implements


@implements("ELG-CONFIRM", "SIG-03")
def confirm_eligibility(
    participant: Participant,
    *,
    shown_digest: str,
    proof: ReAuthenticated,
    by: User,
    shown_forms: str = "",
) -> EligibilityConfirmation:
    """Sign that the person is eligible; raises `EnrollmentRefused` with every reason.

    `shown_digest` is that of the deciding items when they were read, `shown_forms`
    what `as_shown` says of their forms, `proof` the password given just now.
    """
    if not by.may(Permission.CONFIRM_ELIGIBILITY):
        raise PermissionDenied
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        participant = form_instances.lock(participant)
        if obstacle := obstacle_to_signing(by):
            raise EnrollmentRefused(obstacle)
        eligibility = eligibility_selectors.eligibility_of(participant)
        if eligibility.deciding_items.digest != shown_digest:
            forms = eligibility.deciding_items.form_data
            names = changes_since_shown(shown_forms, forms, by=by)
            message = _(
                "What decides changed since it was shown to you: %(items)s. Read the "
                "criteria again."
            )
            raise EnrollmentRefused(
                message % {"items": names or _("a row that no longer counts")}
            )
        if reasons := obstacles_to_confirmation(eligibility):
            raise EnrollmentRefused(*reasons)
        confirmation = EligibilityConfirmation.objects.create(
            participant=participant,
            episode=eligibility.episode,
            deciding=eligibility.deciding_items.revisions,
            states=states_of(eligibility.assessment),
            verdict=eligibility.assessment.verdict,
            digest=eligibility.deciding_items.digest,
            settings_version=PROTOCOL.version,
            meaning=str(MEANING),
            signer=by,
            signer_name=by.full_name,
            signer_role=by.role,
            at=clock.after(_last_saved_at(eligibility)),
        )
        act("eligibility_confirmed", participant_id=participant.pk)
        announce(EligibilityConfirmed(participant), by=by, via=Source.PAGE)
    return confirmation


def _last_saved_at(eligibility: eligibility_selectors.Eligibility) -> datetime | None:
    """When the newest of the forms that decide was saved."""
    form_data = eligibility.deciding_items.form_data
    forms = FormInstance.objects.filter(
        pk__in=[data.form_id for data in form_data if data.form_id]
    )
    saved_at: datetime | None = forms.aggregate(last=Max("saved_at"))["last"]
    return saved_at


def obstacles_to_confirmation(
    eligibility: eligibility_selectors.Eligibility,
) -> list[str]:
    reasons = []
    if eligibility.casebook.fact("is_randomized"):
        reasons.append(_("The person has been randomized."))
    if is_screening_over(eligibility.casebook):
        reasons.append(
            _("The screening is closed, or the person has withdrawn or died.")
        )
    if not eligibility.is_eligible:
        reasons.append(_verdict_obstacle(eligibility.assessment))
    form_data = eligibility.deciding_items.form_data
    drafts = sorted({s.code for s in form_data if s.status != FormStatus.COMPLETE})
    if drafts:
        reasons.append(_("Not complete yet: %(forms)s.") % {"forms": ", ".join(drafts)})
    unanswered = unanswered_counts(data.form_id for data in form_data)  # type: ignore[misc]
    if unanswered:
        codes = ", ".join(
            sorted({s.code for s in form_data if s.form_id in unanswered})
        )
        reasons.append(_("Unanswered queries: %(forms)s.") % {"forms": codes})
    return reasons


def _verdict_obstacle(assessment: Assessment) -> str:
    against = assessment.verdict == Verdict.INELIGIBLE
    reasons = [reason.split(":") for reason in assessment.reasons]
    criteria = [
        code for code, state in reasons if not against or state != State.UNKNOWN
    ]
    message = (
        _("Not eligible: %(criteria)s.")
        if against
        else (_("Not yet decided: %(criteria)s."))
    )
    return message % {"criteria": ", ".join(criteria)}


def withdraw_confirmation(form: FormInstance) -> None:
    """Withdraw what was confirmed on a form that is a draft again.

    A randomization that used it stands. Call it inside an attributed transaction.
    """
    confirmations = EligibilityConfirmation.objects.filter(
        participant=form.participant,
        deciding__has_key=str(form.pk),
        withdrawn_at=None,
    )
    used = FrozenScreening.objects.values("confirmation")
    for confirmation in confirmations.exclude(pk__in=used):
        confirmation.withdrawn_at = clock.after(confirmation.at)
        confirmation.save(update_fields=("withdrawn_at",))
