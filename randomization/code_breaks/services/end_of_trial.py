"""State the restricted part ready; open the whole code, by two, after the lock."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from randomization.arms import arms_of
from randomization.code_breaks.selectors import end_of_trial as end_of_trial_selectors
from randomization.models import (
    Allocation,
    CodeBreak,
    CodeOpening,
    RestrictedStatement,
)
from randomization.problems import RandomizationRefused
from randomization.study import selectors as study_selectors
from randomization.vocabulary import CodeBreakCategory, CodeBreakKind
from record.accounts.access import require_person
from record.accounts.models import User
from record.accounts.proofs import ReAuthenticated
from record.accounts.roles import FIRST, SECOND, Permission
from record.audit.attribution import Source, act, attributed
from record.audit.models import Confidentiality
from record.casebook.blinding import require_blind
from record.casebook.models import Participant
from trial_edc import clock
from trial_edc.requirements import implements
from trial_edc.typed_text import written


def state_restricted_ready(*, by: User) -> RestrictedStatement:
    if not by.may(Permission.STATE_RESTRICTED_READY):
        raise PermissionDenied
    with attributed(by=by, via=Source.PAGE):
        if study_selectors.outstanding_forms(by):
            raise RandomizationRefused(
                _("The restricted part is not ready yet; see the list.")
            )
        return RestrictedStatement.objects.create(
            bound=study_selectors.restricted_forms_hash(), stated_by=by
        )


@implements("RND-09")
def propose_opening(*, reason: str, proof: ReAuthenticated, by: User) -> CodeOpening:
    require_person(by, FIRST, Permission.OPEN_CODE)
    proof.require(by)
    if not written(reason):
        raise RandomizationRefused(_("Give the reason."))
    require_blind([reason], by=by, participant=None, refusal=RandomizationRefused)
    with attributed(by=by, via=Source.PAGE):
        _require_locked()
        if end_of_trial_selectors.code_opening():
            raise RandomizationRefused(_("This was proposed already."))
        return CodeOpening.objects.create(reason=written(reason), proposed_by=by)


@implements("RND-09")
def confirm_opening(*, proof: ReAuthenticated, by: User) -> CodeOpening:
    """Second person: open the code; each participant gets a code break."""
    require_person(by, SECOND, Permission.OPEN_CODE)
    proof.require(by)
    with attributed(by=by, via=Source.PAGE):
        _require_locked()
        opening = CodeOpening.objects.select_for_update().first()
        if opening is None or opening.opened_at:
            raise RandomizationRefused(_("No proposal waits for confirmation."))
        opening.confirmed_by = by
        opening.opened_at = clock.after(opening.proposed_at)
        opening.save(update_fields=("confirmed_by", "opened_at"))
        for allocation in Allocation.objects.order_by("id"):
            CodeBreak.objects.create(
                participant_id=allocation.participant_id,
                kind=CodeBreakKind.END_OF_TRIAL,
                category=CodeBreakCategory.END,
                reason=opening.reason,
                at=opening.opened_at,
                recorded_by=by,
            )
        act("code_opened")
    return opening


@implements("RND-09", "ACC-16")
def opened_arms(*, by: User) -> list[tuple[Participant, str]]:
    if not (by.may(Permission.OPEN_CODE) or by.may(Permission.CODE_BREAK)):
        raise PermissionDenied
    opening = end_of_trial_selectors.code_opening()
    if opening is None or opening.opened_at is None:
        raise RandomizationRefused(_("The code is not open."))
    allocated = Participant.objects.filter(
        pk__in=Allocation.objects.values("participant")
    )
    participants = list(allocated.order_by("sequence"))
    with attributed(by=by, via=Source.PAGE):
        arms = arms_of(participants)
        details = {"confidentiality": Confidentiality.RESTRICTED}
        act("opened_code_seen", details=details)
    return [(participant, arms[participant.pk]) for participant in participants]


def _require_locked() -> None:
    if not end_of_trial_selectors.is_locked():
        raise RandomizationRefused(
            _("The code is opened after the database was locked.")
        )
